import { type Ecosystem, firstOf } from './ecosystem.ts'

const scripts = ['build.gradle.kts', 'build.gradle', 'settings.gradle.kts', 'settings.gradle']

export const gradle: Ecosystem = {
  isPresent: (files) => firstOf(files, ...scripts) !== undefined,
  reliesOn: ['**/src/{test,*Test}/**', '**/*.gradle', '**/*.gradle.kts', 'gradle/**', 'gradlew', 'gradle.properties'],
  detect(files) {
    const wrapper = firstOf(files, 'gradlew')
    // A daemon would outlive the verifier, and be killed with it.
    const gradle = (task: string): [string, ...string[]] => [
      wrapper ? './gradlew' : 'gradle',
      '--no-daemon',
      '--console=plain',
      task,
    ]
    const why = `${firstOf(files, ...scripts)}${wrapper ? '; gradlew is its wrapper' : ''}`
    return Promise.resolve([
      { purpose: 'build', name: 'gradle-assemble', argv: gradle('assemble'), why },
      { purpose: 'test', name: 'gradle-test', argv: gradle('test'), why },
    ])
  },
}
