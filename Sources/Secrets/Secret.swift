// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Bytes that must not be printed, stored or copied by accident; wiped when they go.
///
/// Noncopyable and without a description, so that logging or keeping one is a compile error. It promises no more than
/// that: a `String` or a network buffer that its bytes were written into is not wiped.
@safe package struct Secret: ~Copyable, @unchecked Sendable {
    private let storage: UnsafeMutableBufferPointer<UInt8>

    /// How many bytes it holds.
    package var count: Int { unsafe storage.count }

    /// Copies `bytes`; whoever owns the original wipes it.
    package init(copying bytes: Span<UInt8>) {
        let storage = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        for position in 0..<bytes.count { unsafe storage[position] = bytes[position] }
        unsafe self.storage = storage
    }

    /// Takes the bytes over: the array is overwritten with zeros and emptied.
    package init(wiping bytes: inout [UInt8]) {
        self.init(copying: bytes.span)
        Secret.wipe(&bytes)
    }

    /// `count` bytes from the generator.
    package init(count: Int, using random: inout some RandomNumberGenerator) {
        let storage = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
        for position in 0..<count { unsafe storage[position] = UInt8(truncatingIfNeeded: random.next()) }
        unsafe self.storage = storage
    }

    /// Lends the bytes for the length of the call.
    package borrowing func revealing<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(storage))
        return try body(span)
    }

    /// Overwrites an array that held a secret, in place if nobody else holds it, and empties it.
    package static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { raw in
            if let start = raw.baseAddress { unsafe explicit_bzero(start, raw.count) }
        }
        bytes.removeAll()
    }

    deinit {
        if let start = unsafe storage.baseAddress { unsafe explicit_bzero(start, storage.count) }
        unsafe storage.deallocate()
    }
}
