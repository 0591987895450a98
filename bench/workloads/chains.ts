import { openDatabase } from '../../db/index.ts'
import { measureDirectives, measureLongChain } from '../directives.ts'
import type { Figure } from '../figures.ts'
import type { Workload } from '../measurement.ts'

export const workload: Workload = {
  name: 'chains',
  what: 'directives whose steps, one after the other, do nothing: all but the work',
  async run({ url, folder }, { quick }) {
    const database = await openDatabase(url)
    try {
      const figures: Figure[] = await measureDirectives(database, folder)
      for (const steps of quick ? [5, 50] : [5, 50, 1_000]) {
        const [whole, ...rest] = await measureLongChain(database, folder, steps, 'line')
        figures.push({ ...(whole as Figure), ...(steps === 1_000 && { aim: { most: 10 } }) })
        if (steps === 1_000) figures.push(...rest)
      }
      return figures
    } finally {
      await database.close()
    }
  },
}
