import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { lsetxattr } from '../../../src/sys/xattr.ts'

/** Seconds; listings show times before 2021. */
const fixedTime = 1_577_836_800

/** A version 2 `security.capability` that gives CAP_NET_RAW, permitted and effective. */
const netRaw = Buffer.from('0100000200200000000000000000000000000000', 'hex')

/** Makes a build context of what is rare in one: links of every kind, holes, attributes, modes, names, times. */
export function writeOddContext(root: string): string {
  runScript(root, oddFiles)
  lsetxattr(`${root}/attr/noted`, 'user.note', Buffer.from('hello'))
  lsetxattr(`${root}/attr/able`, 'security.capability', netRaw)
  execFileSync('sh', ['-c', `find . -path ./times -prune -o -exec touch -h -d @${fixedTime} {} +`], { cwd: root })
  return root
}

/** Makes a build context of archives. */
export function writeArchives(root: string): string {
  runScript(root, archives)
  const packed = `${root}/packed`
  mkdirSync(packed)
  execFileSync('sh', ['-c', `echo x >${packed}/able; echo x >${packed}/noted`])
  lsetxattr(`${packed}/able`, 'security.capability', netRaw)
  lsetxattr(`${packed}/noted`, 'user.note', Buffer.from('hello'))
  const owner = ['--numeric-owner', '--owner=0', '--group=0', `--mtime=@${fixedTime}`]
  execFileSync('tar', ['--xattrs', '--xattrs-include=*', '--sort=name', ...owner, '-C', packed, '-cf', `${root}/attributes.tar`, '.'])
  rmSync(packed, { recursive: true })
  return root
}

function runScript(root: string, script: string): void {
  mkdirSync(root, { recursive: true })
  const env = { ...process.env, OUT: root, FIXED: `@${fixedTime}` }
  execFileSync('bash', ['-euc', script], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env })
}

const oddFiles = `
  umask 022
  mkdir -p hard attr modes/gid modes/sticky links/real names wild/d1 wild/d2 times/d tree/dir empty
  echo plain >plain; echo '#' >'#hash'
  echo one >hard/one; ln hard/one hard/two; ln hard/one outside-link
  truncate -s 300000 sparse; printf end >>sparse
  echo x >attr/noted; echo x >attr/able
  echo x >modes/suid; chmod 4755 modes/suid; echo x >modes/none; chmod 000 modes/none; echo x >modes/exec; chmod 711 modes/exec
  chmod 2775 modes/gid; chmod 1777 modes/sticky; echo x >modes/gid/inside
  echo b >links/real/b; ln -s real links/dir; ln -s loop links/loop; ln -s .. links/up; ln -s ../../../../etc links/out
  ln -s /plain links/absolute; ln -s second links/chain; ln -s third links/second; ln -s ../plain links/third
  echo s >'names/star*.txt'; echo s >names/starry.txt; echo u >'names/ü.txt'; echo d >'names/dollar$name'; echo q >"names/it's"
  for f in a1.txt a2.txt b1.txt c1.txt ab.md '[q]' d1/f d2/f d2/g; do echo $f >"wild/$f"; done
  echo t >times/old; touch -d @1 times/old; echo t >times/fraction; touch -d @1500000000.75 times/fraction
  echo t >times/before; touch -d @-86400 times/before; ln -s old times/link; touch -h -d @1400000000 times/link
  touch -d @1300000000 times/d times
  echo f >tree/dir/f; echo g >tree/dir/g; echo p >tree/plain; chmod 750 tree/dir
  mkfifo fifo
`

const archives = `
  umask 022
  mkdir several; work=$(mktemp -d); cd $work; mkdir dir; echo b >b; echo f >dir/f; ln b dir/hard; ln -s ../b dir/soft
  ln -s /etc/motd abs; chmod 700 dir
  pack() { tar --sort=name --mtime=$FIXED --numeric-owner --owner=3 --group=4 "$@"; }
  pack -cf $OUT/links.tar b dir abs
  pack -cJf $OUT/a.tar.xz b; pack -cjf $OUT/a.tar.bz2 b; pack -cf - b | zstd -q >$OUT/a.tar.zst
  pack -cf $OUT/several/one.tar b; pack -cf $OUT/several/two.tar dir; echo t >$OUT/several/text; echo p >$OUT/plain
  pack -P --transform='s,^b,../../up,' -cf $OUT/escape.tar b dir/f
  seq 9999 >noise; pack -czf whole.tar.gz noise; head -c 2000 whole.tar.gz >$OUT/broken.tar.gz
  cd $OUT; rm -r $work; touch -d $FIXED several/* plain
`
