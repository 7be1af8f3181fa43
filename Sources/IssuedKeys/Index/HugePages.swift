// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Asks the kernel for 2 MiB pages under a large table: with 4 KiB pages nearly every look-up in a million keys also
/// misses the address cache. A wish, not a need; nothing depends on its being granted.
enum HugePages {
    private static let size = 2 << 20

    /// For a table's whole capacity, also what is reserved and not in use yet.
    static func wish<Element>(for table: inout [Element]) {
        let bytes = table.capacity * MemoryLayout<Element>.stride
        unsafe table.withUnsafeMutableBytes { raw in unsafe wish(from: raw.baseAddress, byteCount: bytes) }
    }

    private static func wish(from start: UnsafeMutableRawPointer?, byteCount: Int) {
        let first = (UInt(bitPattern: start) + UInt(size) - 1) & ~(UInt(size) - 1)
        let last = (UInt(bitPattern: start) + UInt(byteCount)) & ~(UInt(size) - 1)
        guard last > first, let aligned = unsafe UnsafeMutableRawPointer(bitPattern: first) else { return }
        unsafe madvise(aligned, Int(last - first), MADV_HUGEPAGE)
    }
}
