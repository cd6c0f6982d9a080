// made by schema/generate.ts; do not edit

/**
 * Other compose files that become part of this project.
 */
export type Include = (string | {
/**
 * Path of the compose file; several are merged.
 */
path?: (string | string[])
/**
 * Files with default values of variables for the included files.
 */
env_file?: (string | string[])
/**
 * Directory the relative paths of the included files start from.
 */
project_directory?: string
})
/**
 * Secrets the build may read.
 */
export type Grants = (string | {
/**
 * Key of the config or secret.
 */
source?: string
/**
 * Path in the container.
 */
target?: string
/**
 * Owner of the file.
 */
uid?: string
/**
 * Group of the file.
 */
gid?: string
/**
 * Permissions, in octal.
 */
mode?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
/**
 * Configs given to the container.
 */
export type Grants1 = (string | {
/**
 * Key of the config or secret.
 */
source?: string
/**
 * Path in the container.
 */
target?: string
/**
 * Owner of the file.
 */
uid?: string
/**
 * Group of the file.
 */
gid?: string
/**
 * Permissions, in octal.
 */
mode?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
export type ListOfStrings = string[]
/**
 * What the device must be able to do.
 */
export type ListOfStrings1 = string[]
/**
 * Which ones.
 */
export type ListOfStrings2 = string[]
/**
 * Devices.
 * 
 * Items: One request.
 */
export type DeviceRequests = ({
[k: string]: unknown
} & {
capabilities?: ListOfStrings1
/**
 * How many; `all` for every one.
 */
count?: (number | string)
device_ids?: ListOfStrings2
/**
 * Driver of the device.
 */
driver?: string
/**
 * Options for the driver.
 */
options?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
/**
 * Device rules of the cgroup.
 */
export type ListOfStrings3 = string[]
/**
 * What the device must be able to do.
 */
export type ListOfStrings4 = string[]
/**
 * Which ones.
 */
export type ListOfStrings5 = string[]
/**
 * More names on this network.
 */
export type ListOfStrings6 = string[]
/**
 * Link-local addresses.
 */
export type ListOfStrings7 = string[]
/**
 * Profiles the service belongs to.
 */
export type ListOfStrings8 = string[]
/**
 * Secrets given to the container.
 */
export type Grants2 = (string | {
/**
 * Key of the config or secret.
 */
source?: string
/**
 * Path in the container.
 */
target?: string
/**
 * Owner of the file.
 */
uid?: string
/**
 * Group of the file.
 */
gid?: string
/**
 * Permissions, in octal.
 */
mode?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
/**
 * A network services can join.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
export type Network = ({
/**
 * Name in the engine, instead of `<project>_<key>`.
 */
name?: string
/**
 * Kind of network; `bridge` unless written.
 */
driver?: string
/**
 * Options for the driver, as key and value.
 */
driver_opts?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string | number
}
/**
 * How addresses are given out.
 */
ipam?: {
/**
 * Address manager; `default` unless written.
 */
driver?: string
/**
 * Address pools.
 * 
 * Items: One pool.
 */
config?: {
/**
 * Subnet in CIDR form.
 */
subnet?: string
/**
 * Part of the subnet addresses are taken from, in CIDR form.
 */
ip_range?: string
/**
 * Address of the gateway.
 */
gateway?: string
/**
 * Addresses kept for others: name and address.
 */
aux_addresses?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}[]
/**
 * Options for the address manager.
 */
options?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * The network exists already: it is looked up by name, never created or removed.
 */
external?: (boolean | string | {
/**
 * Name of the existing network. Deprecated: write `name` beside `external: true`.
 */
name?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})
/**
 * No way out of this network.
 */
internal?: (boolean | string)
/**
 * Give out IPv4 addresses.
 */
enable_ipv4?: (boolean | string)
/**
 * Give out IPv6 addresses.
 */
enable_ipv6?: (boolean | string)
/**
 * Containers outside the project may join.
 */
attachable?: (boolean | string)
/**
 * Labels of the network.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
} | null)
/**
 * A named volume.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
export type Volume = ({
/**
 * Name in the engine, instead of `<project>_<key>`.
 */
name?: string
/**
 * Volume driver; `local` unless written.
 */
driver?: string
/**
 * Options for the driver, as key and value.
 */
driver_opts?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string | number
}
/**
 * The volume exists already: it is looked up by name, never created or removed.
 */
external?: (boolean | string | {
/**
 * Name of the existing volume. Deprecated: write `name` beside `external: true`.
 */
name?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})
/**
 * Labels of the volume.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
} | null)

/**
 * A Compose project: services with the networks, volumes, configs and secrets they use.
 */
export interface ComposeFile {
/**
 * @deprecated
 * Of no effect. Remove it.
 */
version?: string
/**
 * Name of the project.
 */
name?: string
/**
 * Other compose files that become part of this project.
 */
include?: Include[]
/**
 * Services, by name.
 */
services?: {
[k: string]: Service
}
/**
 * Language models, by name.
 */
models?: {
[k: string]: Model
}
/**
 * Networks, by name.
 */
networks?: {
[k: string]: Network
}
/**
 * Named volumes, by name.
 */
volumes?: {
[k: string]: Volume
}
/**
 * Secrets, by name.
 */
secrets?: {
[k: string]: Secret
}
/**
 * Configs, by name.
 */
configs?: {
[k: string]: Config
}
/**
 * This interface was referenced by `ComposeFile`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * A service: containers made alike.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
export interface Service {
/**
 * Annotations of the container.
 */
annotations?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * False: `up` and `logs` leave its output out.
 */
attach?: (boolean | string)
/**
 * Limits of block input and output.
 */
blkio_config?: {
/**
 * Relative weight, 10 to 1000.
 */
weight?: (number | string)
/**
 * Weight per device.
 * 
 * Items: One device.
 */
weight_device?: {
/**
 * Device.
 */
path?: string
/**
 * Weight.
 */
weight?: (number | string)
}[]
/**
 * Bytes read per second.
 * 
 * Items: One device.
 */
device_read_bps?: {
/**
 * Device.
 */
path?: string
/**
 * Rate per second.
 */
rate?: (number | string)
}[]
/**
 * Reads per second.
 * 
 * Items: One device.
 */
device_read_iops?: {
/**
 * Device.
 */
path?: string
/**
 * Rate per second.
 */
rate?: (number | string)
}[]
/**
 * Bytes written per second.
 * 
 * Items: One device.
 */
device_write_bps?: {
/**
 * Device.
 */
path?: string
/**
 * Rate per second.
 */
rate?: (number | string)
}[]
/**
 * Writes per second.
 * 
 * Items: One device.
 */
device_write_iops?: {
/**
 * Device.
 */
path?: string
/**
 * Rate per second.
 */
rate?: (number | string)
}[]
}
/**
 * How the image is built.
 */
build?: (string | {
/**
 * Directory or URL of the build context.
 */
context?: string
/**
 * Dockerfile, relative to the context.
 */
dockerfile?: string
/**
 * Content of the Dockerfile.
 */
dockerfile_inline?: string
/**
 * Privileges the build may use.
 */
entitlements?: string[]
/**
 * Build arguments.
 */
args?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * SSH agents or keys the build may use.
 */
ssh?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Labels of the image.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Where cached layers may be taken from.
 */
cache_from?: string[]
/**
 * Where cached layers are written to.
 */
cache_to?: string[]
/**
 * Build without cache.
 */
no_cache?: (boolean | string)
/**
 * Stages built without cache.
 */
no_cache_filter?: (string | string[])
/**
 * More named build contexts.
 */
additional_contexts?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Network of RUN steps: default, none, host.
 */
network?: string
/**
 * Provenance attestation.
 */
provenance?: (boolean | string)
/**
 * Software bill of materials attestation.
 */
sbom?: (boolean | string)
/**
 * Look for newer base images.
 */
pull?: (boolean | string)
/**
 * Stage to build.
 */
target?: string
/**
 * Size of /dev/shm in the build.
 */
shm_size?: (number | string)
/**
 * Host names to add in the build.
 */
extra_hosts?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | string[]
} | string[])
/**
 * Isolation technology.
 */
isolation?: string
/**
 * Build with all privileges.
 */
privileged?: (boolean | string)
secrets?: Grants
/**
 * More tags of the image.
 */
tags?: string[]
ulimits?: Ulimits
/**
 * Platforms to build for.
 */
platforms?: string[]
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})
/**
 * Capabilities to add.
 */
cap_add?: string[]
/**
 * Capabilities to drop.
 */
cap_drop?: string[]
/**
 * Cgroup namespace.
 */
cgroup?: ("host" | "private")
/**
 * Parent cgroup.
 */
cgroup_parent?: string
/**
 * Command instead of the image's.
 */
command?: (null | string | string[])
configs?: Grants1
/**
 * Name of the container.
 */
container_name?: string
/**
 * Number of CPUs.
 */
cpu_count?: (string | number)
/**
 * Share of the CPUs.
 */
cpu_percent?: (string | number)
/**
 * CFS period in microseconds.
 */
cpu_period?: (number | string)
/**
 * CFS quota in microseconds.
 */
cpu_quota?: (number | string)
/**
 * Real-time period in microseconds.
 */
cpu_rt_period?: (number | string)
/**
 * Real-time runtime in microseconds.
 */
cpu_rt_runtime?: (number | string)
/**
 * Relative weight.
 */
cpu_shares?: (number | string)
/**
 * Number of CPUs, fractions allowed.
 */
cpus?: (number | string)
/**
 * CPUs to run on: `0-3`, `0,1`.
 */
cpuset?: string
/**
 * Credential specification.
 */
credential_spec?: {
/**
 * Config that holds it.
 */
config?: string
/**
 * File that holds it.
 */
file?: string
/**
 * Registry value that holds it.
 */
registry?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Services that must be there first.
 */
depends_on?: (ListOfStrings | {
/**
 * How it depends.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
[k: string]: {
/**
 * What to wait for.
 */
condition: ("service_started" | "service_healthy" | "service_completed_successfully")
/**
 * False: only a warning if it is not there.
 */
required?: boolean
/**
 * Restart this service when compose restarts the dependency.
 */
restart?: (boolean | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
})
/**
 * How the service is deployed.
 */
deploy?: ({
/**
 * replicated or global.
 */
mode?: string
/**
 * vip or dnsrr.
 */
endpoint_mode?: string
/**
 * Number of containers.
 */
replicas?: (number | string)
/**
 * Labels of the service.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * How a rollback goes.
 */
rollback_config?: {
/**
 * Containers at a time.
 */
parallelism?: (number | string)
/**
 * Time between two groups.
 */
delay?: string
/**
 * What to do when it fails.
 */
failure_action?: string
/**
 * Time a task is watched.
 */
monitor?: string
/**
 * Failures to put up with.
 */
max_failure_ratio?: (number | string)
/**
 * What comes first.
 */
order?: ("start-first" | "stop-first")
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * How a update goes.
 */
update_config?: {
/**
 * Containers at a time.
 */
parallelism?: (number | string)
/**
 * Time between two groups.
 */
delay?: string
/**
 * What to do when it fails.
 */
failure_action?: string
/**
 * Time a task is watched.
 */
monitor?: string
/**
 * Failures to put up with.
 */
max_failure_ratio?: (number | string)
/**
 * What comes first.
 */
order?: ("start-first" | "stop-first")
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Limits and reservations.
 */
resources?: {
/**
 * What a container may use at most.
 */
limits?: {
/**
 * Number of CPUs.
 */
cpus?: (number | string)
/**
 * Memory, such as `512m`.
 */
memory?: string
/**
 * Number of processes.
 */
pids?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * What a container must get.
 */
reservations?: {
/**
 * Number of CPUs.
 */
cpus?: (number | string)
/**
 * Memory.
 */
memory?: string
/**
 * Other resources.
 * 
 * Items: One resource.
 */
generic_resources?: {
/**
 * A countable resource.
 */
discrete_resource_spec?: {
/**
 * Which.
 */
kind?: string
/**
 * How many.
 */
value?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}[]
devices?: DeviceRequests
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * When a container is started again.
 */
restart_policy?: {
/**
 * none, on-failure or any.
 */
condition?: string
/**
 * Time between two attempts.
 */
delay?: string
/**
 * Attempts before giving up.
 */
max_attempts?: (number | string)
/**
 * Time after which a start has succeeded.
 */
window?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Where containers go.
 */
placement?: {
/**
 * Conditions a node must meet.
 */
constraints?: string[]
/**
 * Wishes.
 * 
 * Items: One wish.
 */
preferences?: {
/**
 * Label to spread over.
 */
spread?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}[]
/**
 * Containers a node may have.
 */
max_replicas_per_node?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
} | null)
/**
 * What happens when files change.
 */
develop?: ({
/**
 * Rules.
 * 
 * Items: One rule.
 */
watch?: {
/**
 * What to watch.
 */
path: string
/**
 * What to do.
 */
action: ("rebuild" | "sync" | "restart" | "sync+restart" | "sync+exec")
/**
 * Where files go in the container.
 */
target?: string
/**
 * Patterns to leave out.
 */
ignore?: (string | string[])
/**
 * Patterns to keep.
 */
include?: (string | string[])
exec?: Hook
/**
 * Bring the container up to date at the start.
 */
initial_sync?: boolean
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}[]
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
} | null)
device_cgroup_rules?: ListOfStrings3
/**
 * Devices of the host.
 */
devices?: (string | {
/**
 * Device on the host.
 */
source: string
/**
 * Device in the container.
 */
target?: string
/**
 * r, w, m.
 */
permissions?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
/**
 * Name servers.
 */
dns?: (string | string[])
/**
 * Resolver options.
 */
dns_opt?: string[]
/**
 * Search domains.
 */
dns_search?: (string | string[])
/**
 * Domain name of the container.
 */
domainname?: string
/**
 * Entry point instead of the image's.
 */
entrypoint?: (null | string | string[])
/**
 * Files with variables of the container.
 */
env_file?: (string | (string | {
/**
 * Path of the file.
 */
path: string
/**
 * `raw` takes every value as it stands, quotes and dollars included.
 */
format?: string
/**
 * False: the file may be absent.
 */
required?: (boolean | string)
})[])
/**
 * Variables of the container; without value: from the environment.
 */
environment?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Ports other services may use.
 */
expose?: (string | number)[]
/**
 * Service this one starts from.
 */
extends?: (string | {
/**
 * Its name.
 */
service: string
/**
 * The file it is in.
 */
file?: string
})
/**
 * Links to containers outside the project.
 */
external_links?: string[]
/**
 * Host names to add.
 */
extra_hosts?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | string[]
} | string[])
/**
 * Graphics cards.
 */
gpus?: ("all" | {
capabilities?: ListOfStrings4
/**
 * How many; `all` for every one.
 */
count?: (number | string)
device_ids?: ListOfStrings5
/**
 * Driver of the device.
 */
driver?: string
/**
 * Options for the driver.
 */
options?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
}[])
/**
 * More groups of the user.
 */
group_add?: (string | number)[]
healthcheck?: Healthcheck
/**
 * Host name of the container.
 */
hostname?: string
/**
 * Image to run.
 */
image?: string
/**
 * Run an init as first process.
 */
init?: (boolean | string)
/**
 * IPC namespace.
 */
ipc?: string
/**
 * Isolation technology.
 */
isolation?: string
/**
 * Files with labels.
 */
label_file?: (string | string[])
/**
 * Labels of the container.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Names for other services: `service:alias`.
 */
links?: string[]
/**
 * Where output goes.
 */
logging?: {
/**
 * Log driver.
 */
driver?: string
/**
 * Options of the driver.
 */
options?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string | number | null
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * MAC address.
 */
mac_address?: string
/**
 * Memory at most, such as `512m`.
 */
mem_limit?: (number | string)
/**
 * Memory kept.
 */
mem_reservation?: (number | string)
/**
 * 0 to 100.
 */
mem_swappiness?: (number | string)
/**
 * Memory and swap at most; -1: no limit.
 */
memswap_limit?: (number | string)
/**
 * Language models to use.
 */
models?: (ListOfStrings | {
/**
 * Names of the variables.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
[k: string]: {
/**
 * Variable for the address.
 */
endpoint_var?: string
/**
 * Variable for the name.
 */
model_var?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
})
/**
 * none, host, bridge, service:name or container:name.
 */
network_mode?: string
/**
 * Networks to join.
 */
networks?: (ListOfStrings | {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
[k: string]: {
aliases?: ListOfStrings6
/**
 * Name of the interface in the container.
 */
interface_name?: string
/**
 * Fixed IPv4 address.
 */
ipv4_address?: string
/**
 * Fixed IPv6 address.
 */
ipv6_address?: string
link_local_ips?: ListOfStrings7
/**
 * Fixed MAC address.
 */
mac_address?: string
/**
 * Options for the driver.
 */
driver_opts?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string | number
}
/**
 * Networks with higher priority are attached first.
 */
priority?: number
/**
 * The default route goes through the network with the highest.
 */
gw_priority?: number
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
} | null
})
/**
 * Do not kill processes when memory runs out.
 */
oom_kill_disable?: (boolean | string)
/**
 * How likely it is killed when memory runs out.
 */
oom_score_adj?: (string | number)
/**
 * PID namespace.
 */
pid?: (string | null)
/**
 * Number of processes; -1: no limit.
 */
pids_limit?: (number | string)
/**
 * Platform to run, such as `linux/arm64`.
 */
platform?: string
/**
 * Ports reachable from the host.
 */
ports?: (number | string | {
/**
 * Name of the port.
 */
name?: string
/**
 * host or ingress.
 */
mode?: string
/**
 * Address of the host to listen on.
 */
host_ip?: string
/**
 * Port in the container.
 */
target?: (number | string)
/**
 * Port of the host, or a range.
 */
published?: (number | string)
/**
 * tcp, udp or sctp.
 */
protocol?: string
/**
 * What is spoken on the port.
 */
app_protocol?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
/**
 * Commands after the start.
 */
post_start?: Hook1[]
/**
 * Commands before the start.
 */
pre_start?: Hook1[]
/**
 * Commands before the stop.
 */
pre_stop?: Hook1[]
/**
 * All privileges.
 */
privileged?: (boolean | string)
profiles?: ListOfStrings8
/**
 * Something else that provides the service.
 */
provider?: {
/**
 * Program to call.
 */
type: string
/**
 * Options for it.
 */
options?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string | number | boolean | (string | number | boolean)[]
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * When the image is pulled.
 */
pull_policy?: string
/**
 * Age after which `pull_policy: refresh` pulls again.
 */
pull_refresh_after?: string
/**
 * The root file system may not be written.
 */
read_only?: (boolean | string)
/**
 * no, always, on-failure[:n] or unless-stopped.
 */
restart?: string
/**
 * OCI runtime.
 */
runtime?: string
/**
 * Number of containers.
 */
scale?: (number | string)
secrets?: Grants2
/**
 * Security options.
 */
security_opt?: string[]
/**
 * Size of /dev/shm.
 */
shm_size?: (number | string)
/**
 * Keep standard input open.
 */
stdin_open?: (boolean | string)
/**
 * Time a container has to stop, such as `10s`.
 */
stop_grace_period?: string
/**
 * Signal that asks it to stop.
 */
stop_signal?: string
/**
 * Options of the storage driver.
 */
storage_opt?: {

}
/**
 * Kernel parameters.
 */
sysctls?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Directories in memory.
 */
tmpfs?: (string | string[])
/**
 * Give it a terminal.
 */
tty?: (boolean | string)
ulimits?: Ulimits1
/**
 * Give it the engine's socket.
 */
use_api_socket?: boolean
/**
 * User to run as.
 */
user?: string
/**
 * User namespace.
 */
userns_mode?: string
/**
 * UTS namespace.
 */
uts?: string
/**
 * Mounts.
 */
volumes?: (string | {
/**
 * Kind of mount.
 */
type: ("bind" | "volume" | "tmpfs" | "cluster" | "npipe" | "image")
/**
 * Host path, name of a volume, or image.
 */
source?: string
/**
 * Path in the container.
 */
target?: string
/**
 * The container may not write.
 */
read_only?: (boolean | string)
/**
 * Consistency the platform should give.
 */
consistency?: string
/**
 * For bind mounts.
 */
bind?: {
/**
 * Mount propagation.
 */
propagation?: string
/**
 * Make a missing host directory.
 */
create_host_path?: (boolean | string)
/**
 * Mounts below the source.
 */
recursive?: ("enabled" | "disabled" | "writable" | "readonly")
/**
 * SELinux relabelling.
 */
selinux?: ("z" | "Z")
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * For volumes.
 */
volume?: {
/**
 * Labels of the volume.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Do not fill a new volume from the image's files.
 */
nocopy?: (boolean | string)
/**
 * Directory inside the volume.
 */
subpath?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * For tmpfs.
 */
tmpfs?: {
/**
 * Size.
 */
size?: (number | string)
/**
 * Permissions, in octal.
 */
mode?: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * For images.
 */
image?: {
/**
 * Directory inside the image.
 */
subpath?: string
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
})[]
/**
 * Services or containers whose mounts are taken over.
 */
volumes_from?: string[]
/**
 * Working directory.
 */
working_dir?: string
/**
 * This interface was referenced by `Service`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Resource limits in the build.
 */
export interface Ulimits {
/**
 * This interface was referenced by `Ulimits`'s JSON-Schema definition
 * via the `patternProperty` "^[a-z]+$".
 * 
 * This interface was referenced by `Ulimits1`'s JSON-Schema definition
 * via the `patternProperty` "^[a-z]+$".
 */
[k: string]: number | string | {
/**
 * Hard limit.
 */
hard: (number | string)
/**
 * Soft limit.
 */
soft: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
}
/**
 * Command to run after the sync.
 */
export interface Hook {
/**
 * Command to run.
 */
command: (null | string | string[])
/**
 * User to run it as.
 */
user?: string
/**
 * Run it with all privileges.
 */
privileged?: (boolean | string)
/**
 * Directory to run it in.
 */
working_dir?: string
/**
 * Variables for it.
 */
environment?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * pre_start only: image of the container it runs in.
 */
image?: string
/**
 * pre_start only: run it for every replica.
 */
per_replica?: (boolean | string)
/**
 * This interface was referenced by `Hook`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 * 
 * This interface was referenced by `Hook1`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Health check.
 */
export interface Healthcheck {
/**
 * No health check, not even the one of the image.
 */
disable?: (boolean | string)
/**
 * Command: text for a shell, or a list that begins with NONE, CMD or CMD-SHELL.
 */
test?: (string | string[])
/**
 * Time between two checks, such as `30s`.
 */
interval?: string
/**
 * Time after which a check has failed.
 */
timeout?: string
/**
 * Failures in a row that make a container unhealthy.
 */
retries?: (number | string)
/**
 * Time after the start in which failures do not count.
 */
start_period?: string
/**
 * Time between two checks in the start period.
 */
start_interval?: string
/**
 * This interface was referenced by `Healthcheck`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * A command around the life of a container.
 */
export interface Hook1 {
/**
 * Command to run.
 */
command: (null | string | string[])
/**
 * User to run it as.
 */
user?: string
/**
 * Run it with all privileges.
 */
privileged?: (boolean | string)
/**
 * Directory to run it in.
 */
working_dir?: string
/**
 * Variables for it.
 */
environment?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * pre_start only: image of the container it runs in.
 */
image?: string
/**
 * pre_start only: run it for every replica.
 */
per_replica?: (boolean | string)
/**
 * This interface was referenced by `Hook`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 * 
 * This interface was referenced by `Hook1`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Resource limits.
 */
export interface Ulimits1 {
/**
 * This interface was referenced by `Ulimits`'s JSON-Schema definition
 * via the `patternProperty` "^[a-z]+$".
 * 
 * This interface was referenced by `Ulimits1`'s JSON-Schema definition
 * via the `patternProperty` "^[a-z]+$".
 */
[k: string]: number | string | {
/**
 * Hard limit.
 */
hard: (number | string)
/**
 * Soft limit.
 */
soft: (number | string)
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
}
/**
 * A language model services may use.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
export interface Model {
/**
 * Name of the model.
 */
name?: string
/**
 * Reference of the model to run.
 */
model: string
/**
 * Size of the context in tokens.
 */
context_size?: number
/**
 * Flags for the program that runs the model.
 */
runtime_flags?: string[]
/**
 * This interface was referenced by `Model`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Sensitive data services may be given as a file.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
export interface Secret {
/**
 * Name in the engine.
 */
name?: string
/**
 * Variable of the environment that holds the value.
 */
environment?: string
/**
 * File that holds the value.
 */
file?: string
/**
 * The secret exists already: it is looked up by name, never created or removed.
 */
external?: (boolean | string | {
/**
 * Name of the existing secret. Deprecated: write `name` beside `external: true`.
 */
name?: string
[k: string]: unknown
})
/**
 * Labels of the secret.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Secret driver.
 */
driver?: string
/**
 * Options for the driver, as key and value.
 */
driver_opts?: {
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^.+$".
 */
[k: string]: string | number
}
/**
 * Driver that fills in templates.
 */
template_driver?: string
/**
 * This interface was referenced by `Secret`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
/**
 * Configuration data services may be given as a file.
 * 
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[a-zA-Z0-9._-]+$".
 */
export interface Config {
/**
 * Name in the engine.
 */
name?: string
/**
 * The content itself; variables are replaced.
 */
content?: string
/**
 * Variable of the environment that holds the content.
 */
environment?: string
/**
 * File that holds the content.
 */
file?: string
/**
 * The config exists already: it is looked up by name, never created or removed.
 */
external?: (boolean | string | {
/**
 * Name of the existing config. Deprecated: write `name` beside `external: true`.
 */
name?: string
[k: string]: unknown
})
/**
 * Labels of the config.
 */
labels?: ({
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` ".+".
 */
[k: string]: string | number | boolean | null
} | string[])
/**
 * Driver that fills in templates.
 */
template_driver?: string
/**
 * This interface was referenced by `Config`'s JSON-Schema definition
 * via the `patternProperty` "^x-".
 */
[k: string]: unknown
}
