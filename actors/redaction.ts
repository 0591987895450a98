import type { OwnEnvironment } from './process/index.ts'

/** Takes secrets out of a text. */
export type Redact = (text: string) => string

export const redacted = '[redacted]'

// Names that say that the value is nobody's business.
const secretName =
  /secret|token|passw|passphrase|credential|(api|private|access|signing|encryption)_?key|(key|auth|dsn|cookie|pwd)\d*$/i
const notSecret = /_(file|path|dir|home|sock|env|id)$|^(ssh_auth_sock|xauthority|tokenizers_parallelism)$/i

// A shorter one would be found in harmless words; a plain word or path is no secret of a program's.
const shortest = 8
const plain = /^([a-z]{1,15}|[A-Z]{1,15}|[\d.:-]+|\/\S*|\.{1,2}\/\S*|true|false)$/

const isSecret = (name: string, value: string) =>
  secretName.test(name) && !notSecret.test(name) && value.length >= shortest && !plain.test(value)

/** The password in an address such as DATABASE_URL's, if it is long enough to be one. */
function passwordIn(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/i.exec(value)?.[1]
  return password !== undefined && password.length >= shortest && !plain.test(password) ? [password] : []
}

/** The values of an environment that must not be shown. */
export const secretsOf = (env: OwnEnvironment): string[] =>
  Object.entries(env).flatMap(([name, value = '']) => [...(isSecret(name, value) ? [value] : []), ...passwordIn(value)])

/** A secret in the forms it takes in JSON, URLs and headers. Of several lines, each one counts. */
const formsOf = (secret: string): string[] =>
  [secret, ...secret.split('\n')]
    .map((line) => line.trim())
    .filter((line) => line.length >= shortest)
    .flatMap((line) => [
      line,
      JSON.stringify(line).slice(1, -1),
      encodeURIComponent(line),
      Buffer.from(line).toString('base64').replace(/=+$/, ''),
    ])

// What keys look like, whoever they belong to. A group `kept` is what may stay. Where one could begin at any place of a
// text, its length is bounded: whoever writes the text could stop this process for minutes otherwise.
const patterns: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bsk-(?=[\w-]{0,500}\d)[\w-]{20,500}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_\w{16,}/g,
  /\bgh[opsur]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bnpm_\w{36,}|\bhf_\w{30,}/g,
  /\bxox[abeprs]-[\w-]{10,}|https:\/\/hooks\.slack\.com\/services\/[\w/]+/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}/g,
  /\bwhsec_[\w+/=]{16,}/g,
  /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g,
  /(?<kept>\b(?:Bearer|Basic)\s+)[\w.~+/-]{16,}=*/gi,
  /(?<kept>\b[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@"']{0,256}:)[^/\s@"']{1,1024}(?=@)/gi,
]

/** Takes out exactly these values, and nothing that only looks like a secret: for what is to be carried out as it is. */
export function knownRedaction(secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length)
  if (forms.length === 0) return (text) => text
  const known = new RegExp(forms.map(escaped).join('|'), 'g')
  return (text) => text.replace(known, redacted)
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Takes out the known values and whatever looks like a key: for everything that is shown, sent or kept. */
export function redaction(secrets: readonly string[]): Redact {
  const known = knownRedaction(secrets)
  return (text) => patterns.reduce(withoutPattern, known(text))
}

const withoutPattern = (text: string, pattern: RegExp) =>
  text.replace(pattern, (...found) => {
    const { kept = '' } = (typeof found.at(-1) === 'object' ? found.at(-1) : {}) as { kept?: string }
    return `${kept}${redacted}`
  })

/** For text that comes in pieces. */
export type RedactedStream = {
  /** What is safe to pass on by now. */
  push(chunk: string): string
  /** The rest. */
  end(): string
}

// A line longer than this is passed on before it ends.
const longestLine = 64 * 1024
const margin = 4 * 1024

/** Redacts a stream although a secret may lie across the border of two chunks: only whole lines are passed on. */
export function redactedStream(redact: Redact): RedactedStream {
  let waiting = ''
  return {
    push(chunk) {
      waiting += chunk
      const cut = safeCut(waiting)
      const ready = waiting.slice(0, cut)
      waiting = waiting.slice(cut)
      return redact(ready)
    },
    end() {
      const rest = waiting
      waiting = ''
      return redact(rest)
    },
  }
}

/** Behind the last whole line, but not within a private key; in a line without end, at a gap well before it. */
function safeCut(text: string): number {
  const lines = text.lastIndexOf('\n') + 1
  const key = text.lastIndexOf('-----BEGIN ')
  const open = key >= 0 && !/-----END [A-Z ]*-----/.test(text.slice(key, lines)) && text.length - key < longestLine
  const end = open ? text.lastIndexOf('\n', key) + 1 : lines
  if (end > 0 || text.length <= longestLine) return end
  const gap = text.slice(0, text.length - margin).search(/[\s"',;][^\s"',;]*$/)
  return gap > 0 ? gap + 1 : text.length - margin
}
