import { type Ecosystem, firstOf } from './ecosystem.ts'

export const maven: Ecosystem = {
  isPresent: (files) => files.paths.has('pom.xml'),
  reliesOn: ['**/src/test/**', '**/pom.xml', '.mvn/**', 'mvnw', '**/checkstyle*.xml'],
  detect(files) {
    const wrapper = firstOf(files, 'mvnw')
    // -ntp: a line for each downloaded kilobyte hides the failure.
    const mvn = (...goals: string[]): [string, ...string[]] => [wrapper ? './mvnw' : 'mvn', '-B', '-ntp', ...goals]
    const why = wrapper ? 'pom.xml; mvnw is its wrapper' : 'pom.xml'
    return Promise.resolve([
      { purpose: 'build', name: 'maven-package', argv: mvn('-DskipTests', 'package'), why },
      { purpose: 'test', name: 'maven-test', argv: mvn('test'), why },
    ])
  },
}
