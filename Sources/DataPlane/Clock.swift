// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Glibc

/// The two clocks of the hot path; each reading is some 20 ns and no system call.
enum Clock {
    /// The moment it is.
    @inline(__always)
    static func now() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Nanoseconds that only go forward.
    @inline(__always)
    static func ticks() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
