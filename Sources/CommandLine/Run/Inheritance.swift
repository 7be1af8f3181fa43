// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// What this process was started with, to be handed on to a program that takes its place: what Bitting changes of
/// itself for its own secrecy is no affair of that program's.
@safe package struct Inheritance: Sendable {
    private let mask: mode_t
    private let cores: rlimit
    private let signals: sigset_t
    /// Files that whoever started us left open for us.
    private let files: Set<Int32>

    private static let looksAt: Range<Int32> = 3..<1024

    /// To be taken first of all, on the first thread.
    package init() {
        mask = umask(0)
        umask(mask)
        var cores = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &cores)
        self.cores = cores
        var signals = sigset_t()
        unsafe pthread_sigmask(SIG_SETMASK, nil, &signals)
        self.signals = signals
        files = Set(Inheritance.looksAt.filter { fcntl($0, F_GETFD) >= 0 })
    }

    /// Puts it back, for the calling thread and the whole process.
    func restore() {
        umask(mask)
        var (cores, signals) = (cores, signals)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &cores)
        // Threads that run tasks block signals, and an ignored one stays ignored across execve.
        unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
        for ignored in [SIGPIPE, SIGXFSZ] { signal(ignored, SIG_DFL) }
        // Ours (sockets, event loops) end with us, whoever forgot to say so when he opened them.
        for file in Inheritance.looksAt where !files.contains(file) { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
    }
}
