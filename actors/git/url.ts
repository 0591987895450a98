import { ActivityFailure } from '../../runtime/index.ts'

/** The protocols git may use for a URL, as GIT_ALLOW_PROTOCOL takes them. */
export type Protocol = 'https' | 'ssh' | 'file'

/**
 * Only https, ssh and plain files: git runs programs for other transports (`ext::`), and takes what begins with a dash for
 * an option (`--upload-pack=…`).
 */
export function protocolOf(url: string): Protocol {
  if (!url.startsWith('-') && !/[\0-\x20]/.test(url) && !url.includes('::')) {
    if (/^https:\/\/[^/-]/.test(url)) return 'https'
    if (/^ssh:\/\/[^/-]/.test(url) || /^[A-Za-z0-9._]+@[A-Za-z0-9][A-Za-z0-9.-]*:(?!-)/.test(url)) return 'ssh'
    if (url.startsWith('file:///') || url.startsWith('/')) return 'file'
  }
  throw new ActivityFailure('repository.url_unsupported', `"${url}" is no https, ssh or file URL`)
}
