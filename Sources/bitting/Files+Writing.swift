// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc

// What is written is on the disk when the call returns, or is not there.
extension Files {
    /// Writes a new file of mode 0400 and flushes it and its directory to disk. Never writes over one.
    static func writeOnce(_ bytes: [UInt8], to path: String, mode: mode_t = 0o400) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot write \(path): \(reason()).", fix: "Move an existing file away, or choose another place.")
        }
        defer { close(file) }
        guard writeAll(bytes, to: file), fsync(file) == 0 else {
            let reason = reason()
            unsafe unlink(path)
            throw HouseFailure("Cannot write \(path): \(reason).", fix: "Make room on the disk and try again.")
        }
        flushDirectory(of: path)
    }

    /// Writes all; false when that fails, with the reason in `errno`.
    static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Writes a file anew as a whole: whoever looks finds the old one or the new one.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let partial = path + ".partial"
        unsafe unlink(partial)
        try writeOnce(bytes, to: partial, mode: 0o600)
        try rename(partial, to: path)
    }

    /// Moves a file, over one that is there, and flushes the directory.
    static func rename(_ path: String, to new: String) throws {
        guard unsafe Glibc.rename(path, new) == 0 else {
            throw HouseFailure("Cannot write \(new): \(reason()).", fix: "Check that this user owns the directory.")
        }
        flushDirectory(of: new)
    }

    /// Removes a file that may not be there.
    static func remove(_ path: String) {
        unsafe unlink(path)
        flushDirectory(of: path)
    }

    /// Flushes a file that others wrote.
    static func flush(_ path: String) throws {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw cannotWrite(path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw cannotWrite(path) }
    }

    /// That something could not be written, with the reason in `errno`.
    static func cannotWrite(_ path: String) -> HouseFailure {
        HouseFailure("Cannot write \(path): \(reason()).", fix: "Make room on the disk and try again.")
    }

    static func flushDirectory(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let directory = parts.isEmpty ? "." : parts.count == 1 && parts[0].isEmpty ? "/" : parts.joined(separator: "/")
        let handle = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }
}
