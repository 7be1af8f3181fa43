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
    }
}
