"""What the kernel refuses to a submission: a seccomp filter, by groups, each with its reason.

Everything else is allowed, for a submission may use NumPy, PyTorch and what they need. So this is
the second wall, not the first: without capabilities and in namespaces of its own a process could do
no harm with most of these calls either. They are refused because mistakes of the kernel sat there,
because they would open a way around a limit, or because they reach what has no namespace.
"""

import errno
import functools
import socket
import tempfile

NEVER = {  # group: calls that are refused whatever their arguments
    # New namespaces give back capabilities over themselves, and with them most old kernel bugs.
    "namespaces": "unshare setns",
    # Another view of the files than the one that was made for it.
    "mounts": "mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick "
    "mount_setattr quotactl quotactl_fd swapon swapoff",
    # By handle a file is opened without its path, and so from outside of what is mounted.
    "file handles": "open_by_handle_at name_to_handle_at fanotify_init",
    # Into another process: also of its own user, whose numbers may be those of others.
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp",
    # Keys have no namespace: the teacher's may hang on the same user or session.
    "keys": "keyctl add_key request_key",
    # Large and young parts of the kernel. io_uring would also do refused calls in their stead.
    "attack surface": "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter "
    "io_uring_register lookup_dcookie",
    # Memory that belongs to no process, so that no limit on processes and no watch counts it.
    "memory of nobody": "memfd_create memfd_secret shmget msgget semget mq_open vmsplice",
    # The machine itself, and its log, which may hold addresses and names.
    "machine": "init_module finit_module delete_module kexec_load kexec_file_load reboot syslog "
    "acct vhangup settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname "
    "iopl ioperm",
}
CLONE_NEWUSER, ALL_BITS = 0x10000000, 0xFFFFFFFF
MAP_SHARED_ANONYMOUS = 0x21  # the same bits in all of Linux but Alpha, MIPS and PA-RISC
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # type into a terminal, as if its user had


@functools.cache
def program() -> bytes:
    """Return the filter as the instructions that the kernel, and `bwrap --seccomp`, take.

    A refused call fails with EPERM, as if rights were missing; a call for another architecture,
    whose numbers mean other calls, ends the process.

    Raises:
        ImportError: pyseccomp is not installed.
        RuntimeError: libseccomp is not installed, or too old to know one of the calls.

    Source: libseccomp, seccomp_rule_add(3); clone(2), mmap(2), tty_ioctl(4).
    """
    import pyseccomp as seccomp  # not above: its import fails where there is no libseccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in " ".join(NEVER.values()).split():
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) == -1:
            raise RuntimeError(f"libseccomp is too old: it does not know the system call {name}")
        rules.add_rule(refuse, name)

    def refuse_bits(name: str, argument: int, mask: int, bits: int) -> None:
        # The kernel reads 32 bits of these; unmasked, a set bit above them would hide the rest.
        rules.add_rule(refuse, name, seccomp.Arg(argument, seccomp.MASKED_EQ, mask, bits))

    refuse_bits("clone", 0, CLONE_NEWUSER, CLONE_NEWUSER)
    # Its flags lie in memory, where no filter can look. The C library then falls back on clone.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    # Its pages can be dropped from the process that made them, and are kept all the same.
    refuse_bits("mmap", 3, MAP_SHARED_ANONYMOUS, MAP_SHARED_ANONYMOUS)
    refuse_bits("ioctl", 1, ALL_BITS, TIOCSTI)
    refuse_bits("ioctl", 1, ALL_BITS, TIOCLINUX)
    # To ask for the personality is harmless; to change it switches protections off.
    rules.add_rule(refuse, "personality", seccomp.Arg(0, seccomp.NE, ALL_BITS))
    # Only sockets between its own processes: AF_VSOCK reaches the host of a virtual machine.
    other = seccomp.Arg(0, seccomp.NE, int(socket.AF_UNIX))
    rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", other)
    return _exported(rules)


def _exported(rules: object) -> bytes:
    """Return a filter's instructions; libseccomp writes them to files only."""
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
