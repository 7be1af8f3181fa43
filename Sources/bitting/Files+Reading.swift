// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import Secrets

extension Files {
    /// Reads a small file that holds a secret. Refuses one that others can read, or that is not a plain file.
    ///
    /// - Parameter others: The bits of its mode that may not be set.
    static func readSecret(_ path: String, refusing others: mode_t = 0o077) throws -> Secret {
        let file = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot read \(path): \(reason()).", fix: "Say with --master-key where the master key is.")
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw HouseFailure("\(path) is not a file.", fix: "Say with --master-key where the master key is.")
        }
        guard status.st_mode & others == 0 else {
            throw HouseFailure(
                "Others can read \(path), so the master key may be known to them.",
                fix:
                    "chmod 0400 it; if somebody may have read it, have it followed by a new one: `bitting vault rekey`."
            )
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
        guard count > 0 else {
            throw HouseFailure("\(path) is empty.", fix: "Put the master key's file back from its copy.")
        }
        defer { Secret.wipe(&bytes) }
        return Secret(copying: bytes.span.extracting(0..<count))
    }

    /// Reads a file that is not secret; one that has more than `limit` bytes is refused.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw HouseFailure("Cannot read \(path): \(reason()).", fix: "Check the path and who may read it.")
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = readAll(&bytes, from: file)
        guard count >= 0, count <= limit else {
            throw HouseFailure("\(path) cannot be read, or is too long.", fix: "Check the path and who may read it.")
        }
        return Array(bytes[..<count])
    }

    /// Fills the bytes from a file; how many there were before its end, or -1.
    static func readAll(_ bytes: inout [UInt8], from file: Int32) -> Int {
        var total = 0
        while total < bytes.count {
            let count = unsafe bytes[total...].withUnsafeMutableBytes {
                unsafe Glibc.read(file, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return -1 }
            guard count > 0 else { return total }
            total += count
        }
        return total
    }

    /// Reads a file piece by piece from its beginning; an empty piece is its end.
    static func pieces(of path: String, longest: Int) throws -> () throws -> [UInt8] {
        let file = try OpenFile(path)
        return {
            var bytes = [UInt8](repeating: 0, count: longest)
            let count = readAll(&bytes, from: file.descriptor)
            guard count >= 0 else {
                throw HouseFailure("Cannot read \(path): \(reason()).", fix: "Check the disk.")
            }
            return Array(bytes[..<count])
        }
    }

    private final class OpenFile {
        let descriptor: Int32

        init(_ path: String) throws {
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw HouseFailure("Cannot read \(path): \(reason()).", fix: "Check the disk.")
            }
        }

        deinit { close(descriptor) }
    }
}
