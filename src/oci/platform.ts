import { TscomposeError } from '../base/errors.ts'
import type { Descriptor, Platform } from './descriptor.ts'

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  amd64: 'amd64',
  aarch64: 'arm64',
  arm64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
  arm: 'arm',
  ia32: '386',
  i386: '386',
  i686: '386',
  '386': '386',
  ppc64: 'ppc64le',
  ppc64el: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
}

/** The host's platform from Node's `process.arch` and, for 32-bit ARM, the version of the instruction set. */
export function hostPlatform(arch: string, armVersion = '7'): Platform {
  const architecture = architectures[arch] ?? arch
  return normalizePlatform({ os: 'linux', architecture, ...(architecture === 'arm' ? { variant: `v${armVersion}` } : {}) })
}

/** Parses `linux/arm64/v8`, `linux/amd64`, `arm64`. Rejects `invalid` INVALID_PLATFORM. */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/')
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9._-]+$/.test(part))) throw invalidPlatform(text)
  const [first = '', architecture, variant] = parts
  if (architecture === undefined) {
    const known = architectures[first]
    if (known === undefined) throw invalidPlatform(text)
    return normalizePlatform({ os: 'linux', architecture: known, ...(first === 'armel' ? { variant: 'v6' } : {}) })
  }
  return normalizePlatform({
    os: first,
    architecture: architectures[architecture] ?? architecture,
    ...(variant === undefined ? {} : { variant }),
  })
}

function invalidPlatform(text: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_PLATFORM', `invalid platform ${JSON.stringify(text.slice(0, 100))}`, {
    hint: 'write OS/ARCHITECTURE[/VARIANT], such as linux/amd64 or linux/arm/v7',
  })
}

/** Leaves out the variants everybody means anyway: amd64/v1, arm64/v8; 32-bit ARM without one is v7. */
export function normalizePlatform(platform: Platform): Platform {
  const { variant, ...rest } = platform
  const { architecture } = platform
  if (architecture === 'arm') return { ...rest, variant: variant === undefined ? 'v7' : variant.startsWith('v') ? variant : `v${variant}` }
  if ((architecture === 'amd64' && variant === 'v1') || (architecture === 'arm64' && (variant === 'v8' || variant === '8'))) return rest
  return variant === undefined ? rest : { ...rest, variant }
}

/** `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
}

/** How well `candidate` runs on `wanted`: 0 is exact, more is an older variant, undefined is not at all. */
export function platformDistance(wanted: Platform, candidate: Platform): number | undefined {
  const want = normalizePlatform(wanted)
  const have = normalizePlatform(candidate)
  if (have.os !== want.os || have.architecture !== want.architecture) return undefined
  const distance = variantLevel(want) - variantLevel(have)
  return Number.isNaN(distance) || distance < 0 ? undefined : distance
}

/** Later variants run code of earlier ones: arm v7 runs v6 and v5, amd64 v3 runs v2 and v1. */
function variantLevel({ architecture, variant }: Platform): number {
  if (variant === undefined) return architecture === 'arm64' ? 8 : architecture === 'arm' ? 7 : 1
  return Number(/^v?([0-9]+)(?:\.[0-9]+)?$/.exec(variant)?.[1] ?? Number.NaN)
}

/**
 * The manifest of an index to run on `wanted`: exact variant first, then the nearest older one.
 * Attestations (platform unknown/unknown) are never chosen. Undefined where nothing fits.
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  let best: { readonly manifest: Descriptor; readonly distance: number } | undefined
  for (const manifest of manifests) {
    if (isAttestation(manifest)) continue
    const distance = manifest.platform === undefined ? undefined : platformDistance(wanted, manifest.platform)
    if (distance !== undefined && (best === undefined || distance < best.distance)) best = { manifest, distance }
  }
  if (best !== undefined) return best.manifest
  // An index of one image that says no platform: the config decides.
  const images = manifests.filter((manifest) => !isAttestation(manifest))
  return images.length === 1 && images[0]?.platform === undefined ? images[0] : undefined
}

export function isAttestation(manifest: Descriptor): boolean {
  return manifest.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' || manifest.platform?.os === 'unknown'
}
