// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What holds for the whole process.
enum Process {
    /// No core dumps, which would hold keys, and no file that others can read.
    static func keepPrivate() {
        // The soft limit alone: a program that `bitting run` starts gets back what it would have had.
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        limit.rlim_cur = 0
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        umask(0o077)
        // A file that may not grow is an error to be told, no reason to die.
        signal(SIGXFSZ, SIG_IGN)
    }

    /// For what opens keys: no core dump for good, and no look into the memory by other programs of the same user.
    ///
    /// `prctl` takes a varying number of arguments, which Swift does not import; it is found by its name. Its arguments
    /// are passed in registers like those of any other function.
    static func closeMemory() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        typealias Control = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
        guard let found = unsafe dlsym(nil, "prctl") else { return }
        let control = unsafe unsafeBitCast(found, to: Control.self)
        let setDumpable: CInt = 4
        _ = control(setDumpable, 0, 0, 0, 0)
    }
}
