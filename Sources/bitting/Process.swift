// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What holds for the whole process.
enum Process {
    /// No core dumps, which would hold keys, and no file that others can read.
    static func keepPrivate() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        umask(0o077)
    }
}
