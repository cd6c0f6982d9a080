/*
 * The default system call filter as data: what Docker 28/29 allows, grouped here by what the calls are for.
 * Everything not named answers EPERM. Rules are tied to a capability or architecture where they hold only with it.
 */

/** One line of the table: calls that are allowed (or answered with `errno`) where its conditions hold. */
export interface SeccompGroup {
  readonly names: string
  /** Only with one of these in the bounding set. */
  readonly capability?: string
  /** Only without it. */
  readonly withoutCapability?: string
  readonly architectures?: readonly string[]
  readonly exceptArchitectures?: readonly string[]
  readonly argument?: { readonly index: number; readonly op: 'EQ' | 'LT' | 'MASKED_EQ'; readonly value: number; readonly valueTwo?: number }
  /** Answer this instead of allowing. */
  readonly errno?: number
}

const files = `
  access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
  fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync flock fstat fstat64
  fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents getdents64 ioctl lchown lchown32 link linkat
  listmount _llseek lseek lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pipe pipe2
  pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv rename renameat renameat2 rmdir
  sendfile sendfile64 splice stat stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range syncfs tee
  truncate truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes vmsplice write writev`

const attributesAndWatches = `
  fanotify_mark fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat inotify_add_watch inotify_init inotify_init1
  inotify_rm_watch lgetxattr listxattr listxattrat llistxattr lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat`

const waiting = `
  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
  io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit _newselect poll ppoll ppoll_time64
  pselect6 pselect6_time64 select signalfd signalfd4`

const memory = `
  brk cachestat get_thread_area madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap
  mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_mrelease
  remap_file_pages set_thread_area`

const processes = `
  capget capset execve execveat exit exit_group fork futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake getcpu
  getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpgid getpgrp getpid getppid getpriority getrandom
  getresgid getresgid32 getresuid getresuid32 getrlimit get_robust_list getrusage getsid gettid getuid getuid32 ioprio_get
  ioprio_set landlock_add_rule landlock_create_ruleset landlock_restrict_self pidfd_open pidfd_send_signal prctl prlimit64
  process_vm_readv process_vm_writev ptrace riscv_hwprobe rseq sched_getaffinity sched_getattr sched_getparam
  sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
  sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp setfsgid setfsgid32 setfsuid setfsuid32
  setgid setgid32 setgroups setgroups32 setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32
  setreuid setreuid32 setrlimit set_robust_list setsid set_tid_address setuid setuid32 sysinfo times ugetrlimit uname uretprobe
  vfork wait4 waitid waitpid`

const signals = `
  alarm kill pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
  rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack sigprocmask sigreturn tgkill tkill`

const clocks = `
  adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
  clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create timer_delete timer_getoverrun timer_gettime
  timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime
  timerfd_settime64`

const socketsAndIpc = `
  accept accept4 bind connect getpeername getsockname getsockopt ipc listen mq_getsetattr mq_notify mq_open mq_timedreceive
  mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd recv recvfrom recvmmsg
  recvmmsg_time64 recvmsg semctl semget semop semtimedop semtimedop_time64 send sendmmsg sendmsg sendto setsockopt shmat shmctl
  shmdt shmget shutdown socketcall socketpair`

/** Address families `socket` may name one by one; all below 12 are fine. AF_ALG (38) and AF_VSOCK (40) are left out on purpose. */
const families: readonly number[] = [13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43, 44, 45]

/** Linux, 16-bit-address and uname26 personalities, both, and the query. */
const personalities: readonly number[] = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff]

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const namespaceFlags = 0x7e020000
const enosys = 38

const admin = 'CAP_SYS_ADMIN'
const s390 = ['s390', 's390x'] as const

export const seccompGroups: readonly SeccompGroup[] = [
  { names: [files, attributesAndWatches, waiting, memory, processes, signals, clocks, socketsAndIpc].join(' ') },
  { names: 'socket', argument: { index: 0, op: 'LT', value: 12 } },
  ...families.map((value): SeccompGroup => ({ names: 'socket', argument: { index: 0, op: 'EQ', value } })),
  ...personalities.map((value): SeccompGroup => ({ names: 'personality', argument: { index: 0, op: 'EQ', value } })),
  { names: 'sync_file_range2 swapcontext', architectures: ['ppc64le'] },
  {
    names: 'arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls',
    architectures: ['arm', 'arm64'],
  },
  { names: 'arch_prctl', architectures: ['amd64', 'x32'] },
  { names: 'modify_ldt', architectures: ['amd64', 'x32', 'x86'] },
  { names: 's390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr', architectures: s390 },
  { names: 'riscv_flush_icache', architectures: ['riscv64'] },
  { names: 'clone', withoutCapability: admin, exceptArchitectures: s390, argument: noNamespaces(0) },
  { names: 'clone', withoutCapability: admin, architectures: s390, argument: noNamespaces(1) },
  // The flags of clone3 lie behind a pointer that no filter can read: ENOSYS makes libc fall back to clone.
  { names: 'clone3', withoutCapability: admin, errno: enosys },
  {
    names: `bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr lsm_list_modules
      lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname
      setns syslog umount umount2 unshare`,
    capability: admin,
  },
  { names: 'open_by_handle_at', capability: 'CAP_DAC_READ_SEARCH' },
  { names: 'reboot', capability: 'CAP_SYS_BOOT' },
  { names: 'chroot', capability: 'CAP_SYS_CHROOT' },
  { names: 'delete_module finit_module init_module', capability: 'CAP_SYS_MODULE' },
  { names: 'acct', capability: 'CAP_SYS_PACCT' },
  { names: 'kcmp pidfd_getfd process_madvise', capability: 'CAP_SYS_PTRACE' },
  { names: 'ioperm iopl', capability: 'CAP_SYS_RAWIO' },
  { names: 'clock_settime clock_settime64 settimeofday stime', capability: 'CAP_SYS_TIME' },
  { names: 'vhangup', capability: 'CAP_SYS_TTY_CONFIG' },
  { names: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node', capability: 'CAP_SYS_NICE' },
  { names: 'syslog', capability: 'CAP_SYSLOG' },
  { names: 'bpf', capability: 'CAP_BPF' },
  { names: 'perf_event_open', capability: 'CAP_PERFMON' },
]

/** Filter architectures that go with each machine, in Node's and Go's names. */
export const seccompArchitectures: Readonly<Record<string, readonly string[]>> = {
  amd64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  arm: ['SCMP_ARCH_ARM'],
  ppc64le: ['SCMP_ARCH_PPC64LE'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  loong64: ['SCMP_ARCH_LOONGARCH64'],
}

function noNamespaces(index: number): NonNullable<SeccompGroup['argument']> {
  return { index, op: 'MASKED_EQ', value: namespaceFlags, valueTwo: 0 }
}
