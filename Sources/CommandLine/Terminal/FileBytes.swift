// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Bytes in and out of file descriptors.
enum FileBytes {
    /// Writes all; gives back the error number of what went wrong, 0 for nothing.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            written += count
        }
        return 0
    }

    /// Reads to the end; nil if that is more than `limit` bytes.
    static func read(_ descriptor: Int32, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let piece = readPiece(descriptor) {
            guard bytes.count + piece.count <= limit else { return nil }
            bytes += piece
        }
        return bytes
    }

    /// One byte; nil at the end.
    static func readByte(_ descriptor: Int32) -> UInt8? {
        readPiece(descriptor, atMost: 1)?.first
    }

    /// What can be had at once; nil at the end and after an error.
    static func readPiece(_ descriptor: Int32, atMost count: Int = 65_536) -> [UInt8]? {
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result = 0
            repeat {
                result = unsafe Glibc.read(descriptor, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            filled = max(0, result)
        }
        return piece.isEmpty ? nil : piece
    }

    /// Opens a file for reading; says why it cannot.
    static func open(_ path: String) throws(CommandFailure) -> Int32 {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw CommandFailure("\(path) cannot be read: \(reason).", fix: "Check the path and who may read it.")
        }
        return descriptor
    }

    /// A whole file; nil if it has more than `limit` bytes.
    static func contents(_ path: String, limit: Int) throws(CommandFailure) -> [UInt8]? {
        let descriptor = try open(path)
        defer { close(descriptor) }
        return read(descriptor, limit: limit)
    }

    /// Closes a descriptor.
    static func close(_ descriptor: Int32) {
        _ = Glibc.close(descriptor)
    }

    /// Whether the path is a directory.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
