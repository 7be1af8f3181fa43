// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import Secrets

/// Files that must not be read by others, be overwritten, or be lost with the power.
enum Files {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// How many bytes a file has; 0 if it is not there.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Whether this is a directory with nothing in it.
    static func isEmptyDirectory(_ path: String) -> Bool {
        guard let directory = unsafe opendir(path), let place = MemoryLayout<dirent>.offset(of: \.d_name) else {
            return false
        }
        defer { unsafe closedir(directory) }
        // The name is read where it lies: an entry is shorter than its type.
        while let entry = unsafe readdir(directory) {
            let name = unsafe UnsafeRawPointer(entry).advanced(by: place).assumingMemoryBound(to: CChar.self)
            guard unsafe [".", ".."].contains(String(cString: name)) else { return false }
        }
        return true
    }

    /// The path from the root, so that another process finds the same file; links are left as they are.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(here) }
        return unsafe String(cString: here) + "/" + path
    }

    /// Makes a directory that only its owner enters; one that is there already is left as it is.
    static func makeDirectory(_ path: String) throws {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw HouseFailure(
            "Cannot make the directory \(path): \(reason()).", fix: "Choose a place where this user may write.")
    }

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

    static func flushDirectory(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let directory = parts.isEmpty ? "." : parts.count == 1 && parts[0].isEmpty ? "/" : parts.joined(separator: "/")
        let handle = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }

    /// Reads a small file that holds a secret. Refuses one that others can read, or that is not a plain file.
    ///
    /// - Parameter others: The bits of its mode that may not be set.
    static func readSecret(_ path: String, refusing others: mode_t = 0o077) throws -> Secret {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
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

    /// That something could not be written, with the reason in `errno`.
    static func cannotWrite(_ path: String) -> HouseFailure {
        HouseFailure("Cannot write \(path): \(reason()).", fix: "Make room on the disk and try again.")
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

    /// Flushes a file that others wrote.
    static func flush(_ path: String) throws {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw cannotWrite(path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw cannotWrite(path) }
    }

    /// Whether a server holds the lock of this data directory.
    static func isLocked(_ path: String) -> Bool {
        let file = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) != 0
    }

    /// Takes the lock that keeps a second server off the same data; held until the process ends.
    static func lock(
        _ path: String, _ what: String = "Another bitting serves this data directory.",
        fix: String = "Stop it first, or choose another data directory."
    ) throws {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw HouseFailure(
                "Cannot open \(path): \(reason()).", fix: "Check that this user owns the data directory.")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw HouseFailure(what, fix: fix)
        }
    }

    static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
