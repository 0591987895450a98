import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { OwnEnvironment } from './environment.ts'

/** What a confined program may do with files: below `writes` anything, below `reads` read and execute, elsewhere nothing. */
export type ConfinementRules = { reads: readonly string[]; writes: readonly string[] }

// Landlock (Linux 5.13 and later) needs no privilege and no other program's help, but three system calls that Node cannot
// make. Perl can, and comes with git. What is started inherits the confinement, and can neither leave it, nor look into the
// memory and environment (/proc/<pid>/environ) of a process outside it, nor, from Linux 6.12 on, signal one.
// https://docs.kernel.org/userspace-api/landlock.html
const script = `
use strict; use POSIX ();
my $prctl = {x86_64 => 157, aarch64 => 167, riscv64 => 167}->{(POSIX::uname())[4]} or exit 125;
my $abi = syscall(444, 0, 0, 1);
exit 125 if $abi < 1;
my $truncate = $abi >= 3 ? 1 << 14 : 0;
my $all = (1 << 13) - 1 | ($abi >= 2 ? 1 << 13 : 0) | $truncate;
my %may = (r => 1 | 4 | 8, w => $all);
my $attr = pack('Q', $all) . ($abi >= 4 ? pack('Q', 0) : '') . ($abi >= 6 ? pack('Q', 3) : '');
my $rules = syscall(444, $attr, length($attr), 0);
exit 125 if $rules < 0;
while (defined(my $rule = shift)) {
  last if $rule eq '--';
  my ($kind, $path) = split(/=/, $rule, 2);
  sysopen(my $at, $path, 010000000) or next;
  my $may = $may{$kind} & (-d $at ? ~0 : 1 | 2 | 4 | $truncate);
  my $beneath = pack('Ql', $may, fileno($at));
  exit 125 if syscall(445, $rules, 1, $beneath, 0) != 0;
}
exit 125 if syscall($prctl, 38, 1, 0, 0, 0) != 0 || syscall(446, $rules, 0) != 0;
POSIX::close($rules);
# Only root has these: to look into others' memory (38 perfmon, 19 ptrace, 21 admin), the kernel's or a disk's.
syscall($prctl, 24, $_, 0, 0, 0) for 16, 17, 19, 21, 22, 27, 38, 39;
exit 0 if !@ARGV;
exec { $ARGV[0] } @ARGV;
print STDERR "$ARGV[0] cannot be started: $!\\n";
exit 127;
`

/** The command that runs `argv` confined; `argv` itself where the system has none. */
export function confined(own: OwnEnvironment, argv: readonly string[], { reads, writes }: ConfinementRules): string[] {
  const perl = confiningPerl(own)
  if (perl === null) return [...argv]
  const rules = [...reads.map((path) => `r=${path}`), ...writes.map((path) => `w=${path}`)]
  return [perl, '-e', script, ...rules, '--', ...argv]
}

/** Whether programs can be confined here. */
export const isConfining = (own: OwnEnvironment): boolean => confiningPerl(own) !== null

const found = new Map<string, string | null>()

/** The perl that can confine here; null: this system has no Landlock, or no perl. */
export function confiningPerl(own: OwnEnvironment): string | null {
  const path = own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  if (!found.has(path)) found.set(path, process.platform === 'linux' ? workingPerl(path) : null)
  return found.get(path) ?? null
}

function workingPerl(path: string): string | null {
  // Absolute folders only: the others would be looked for in the workspace.
  const folders = path.split(':').filter((folder) => isAbsolute(folder))
  const perl = folders.map((folder) => join(folder, 'perl')).find((file) => existsSync(file))
  if (perl === undefined) return null
  try {
    execFileSync(perl, ['-e', script, 'r=/'], { stdio: 'ignore', env: {}, timeout: 10_000 })
    return perl
  } catch {
    return null
  }
}
