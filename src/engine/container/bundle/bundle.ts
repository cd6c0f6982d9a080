import { TscomposeError } from '../../../base/errors.ts'
import type { RuntimeLinux, RuntimeNamespace, RuntimeSeccomp, RuntimeSpec } from '../../../oci/runtime-spec.ts'
import { resolveCapabilities } from './capabilities.ts'
import { checkLimits } from './check-limits.ts'
import type { BundleInput, NamespaceChoice } from './input.ts'
import { bundleMounts } from './mounts.ts'
import { maskedPaths, readonlyPaths } from './paths.ts'
import { bundleProcess } from './process.ts'
import { bundleDevices, bundleResources } from './resources.ts'
import { defaultSeccomp } from './seccomp.ts'

/**
 * The runtime-spec of a container with Docker's defaults: a function of its argument alone.
 * Throws `invalid` for what no kernel could run (unknown capability, no command, contradicting options).
 */
export function buildBundle(input: BundleInput): { readonly config: RuntimeSpec; readonly warnings: readonly string[] } {
  const warnings: string[] = [...checkLimits(input)]
  const warn = (text: string): void => void warnings.push(text)
  const { spec } = input
  const capabilities = containerCapabilities(input)
  for (const option of spec.securityOpt ?? []) checkSecurityOption(option, input, warn)
  return {
    config: {
      ociVersion: '1.0.2',
      ...(input.namespaces.uts === 'new' ? { hostname: input.hostname } : {}),
      process: bundleProcess(input, capabilities, warn),
      root: { path: input.rootfs, readonly: spec.readOnlyRootfs === true },
      mounts: bundleMounts(input),
      ...(spec.annotations === undefined ? {} : { annotations: spec.annotations }),
      linux: bundleLinux(input, capabilities),
    },
    warnings,
  }
}

/** The bounding set a container of this spec runs with. */
export function containerCapabilities(input: Pick<BundleInput, 'spec' | 'host'>): readonly string[] {
  const { spec } = input
  return resolveCapabilities({
    ...(spec.capAdd === undefined ? {} : { add: spec.capAdd }),
    ...(spec.capDrop === undefined ? {} : { drop: spec.capDrop }),
    privileged: spec.privileged === true,
    available: input.host.capabilities,
  })
}

function bundleLinux(input: BundleInput, capabilities: readonly string[]): RuntimeLinux {
  const { spec } = input
  const open = spec.privileged === true || (spec.securityOpt ?? []).some((option) => /^systempaths[=:]unconfined$/.test(option))
  const devices = bundleDevices(input)
  const propagation = rootPropagation(input)
  return {
    namespaces: namespaces(input),
    ...(devices.length === 0 ? {} : { devices }),
    cgroupsPath: input.cgroupsPath,
    resources: bundleResources(input),
    sysctl: sysctls(input),
    ...seccomp(input, capabilities),
    ...(propagation === undefined ? {} : { rootfsPropagation: propagation }),
    ...(open ? {} : { maskedPaths: [...maskedPaths, ...input.host.thermalPaths], readonlyPaths }),
  }
}

function namespaces(input: BundleInput): readonly RuntimeNamespace[] {
  const { network, uts, pid, ipc, cgroup } = input.namespaces
  return [
    { type: 'mount' },
    ...namespace('network', network),
    ...namespace('uts', uts),
    ...namespace('pid', pid),
    ...namespace('ipc', ipc),
    ...namespace('cgroup', cgroup),
  ]
}

function namespace(type: RuntimeNamespace['type'], choice: NamespaceChoice): readonly RuntimeNamespace[] {
  if (choice === 'host') return []
  return [choice === 'new' ? { type } : { type, path: choice.path }]
}

function sysctls(input: BundleInput): Readonly<Record<string, string>> {
  const ownNetwork = input.spec.network.kind === 'networks' || input.spec.network.kind === 'none'
  return {
    ...(ownNetwork ? { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' } : {}),
    ...(input.spec.domainname === undefined || input.spec.domainname === '' || input.namespaces.uts !== 'new'
      ? {}
      : { 'kernel.domainname': input.spec.domainname }),
    ...input.spec.sysctls,
  }
}

function seccomp(input: BundleInput, capabilities: readonly string[]): { readonly seccomp?: RuntimeSeccomp } {
  if (!input.host.seccomp || input.seccomp === 'unconfined') return {}
  if (input.seccomp !== undefined) return { seccomp: input.seccomp }
  if (input.spec.privileged === true) return {}
  return { seccomp: defaultSeccomp({ capabilities, architecture: input.host.architecture }) }
}

/** Mounts that go on sharing events with the host need the container's root to do so too. */
function rootPropagation(input: BundleInput): string | undefined {
  const wanted = input.mounts.map((mount) => ('propagation' in mount ? (mount.propagation ?? '') : ''))
  if (wanted.some((propagation) => /^r?shared$/.test(propagation))) return 'shared'
  return wanted.some((propagation) => /^r?slave$/.test(propagation)) ? 'slave' : undefined
}

const knownOptions =
  /^(?:no-new-privileges(?:[:=](?:true|false))?|seccomp[=:].+|systempaths[=:]unconfined|writable-cgroups(?:[=:](?:true|false))?)$/

function checkSecurityOption(option: string, input: BundleInput, warn: (text: string) => void): void {
  if (knownOptions.test(option)) return
  if (/^apparmor[=:]/.test(option)) {
    if (input.host.apparmor && !option.endsWith('unconfined'))
      warn(`security option ${option} is not applied: AppArmor profiles are not supported yet`)
    return
  }
  if (/^label[=:]/.test(option)) {
    warn(`security option ${option} is not applied: SELinux labels are not supported yet`)
    return
  }
  throw new TscomposeError('invalid', 'INVALID_SECURITY_OPT', `unknown security option ${JSON.stringify(option)}`, {
    hint: 'known are no-new-privileges, seccomp=…, apparmor=…, label=… and systempaths=unconfined',
  })
}
