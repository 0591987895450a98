import { createApp } from '../../http/index.ts'
import { openApiDocument } from '../../http/openapi.ts'

/** The app as it is, only to be described: nothing is asked of it. */
export const described = () => createApp({ runtime: {} as never, tokenHash: '', hosts: ['x'], origins: [] })

export const openApiPath = 'docs/openapi.json'
export const openApiText = () => `${JSON.stringify(openApiDocument(described()), null, 2)}\n`
