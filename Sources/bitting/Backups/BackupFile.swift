// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import Secrets
import Storage

/// A backup as a file: the magic line, the head with its length (4 bytes, big endian) before it, then sealed pieces, each
/// with its length before it, to the end of the file. Which piece is the last is sealed into it.
enum BackupFile {
    /// Writes a new file, flushes it, and reads it back: what is there opens to the very bytes that `next` gives when it is
    /// asked again from the beginning. `next` gives at most ``SealedStream/piece`` bytes, none at the end.
    static func write(
        _ head: BackupHead, under key: MasterKey, to path: String, _ source: () throws -> (() throws -> [UInt8])
    ) throws {
        unsafe unlink(path)
        do {
            let file = try create(path)
            defer { close(file) }
            let front = BackupHead.magic + length(head.text.count) + head.text
            try put(front, file, path)
            var stream = SealedStream(key: key.backupKey(salt: head.salt), head: front)
            let next = try source()
            var piece = try next()
            while true {
                let following = try piece.isEmpty ? [] : next()
                let box = stream.seal(piece, isLast: following.isEmpty)
                try put(length(box.count) + box, file, path)
                guard !following.isEmpty else { break }
                piece = following
            }
            guard fsync(file) == 0 else { throw Files.cannotWrite(path) }
            try verify(head, under: key, path, try source())
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    private static func verify(
        _ head: BackupHead, under key: MasterKey, _ path: String, _ next: () throws -> [UInt8]
    ) throws {
        let reader = try BackupReader(path)
        guard reader.head == head else { throw differs(path) }
        try reader.open(under: key) { found in guard try next() == found else { throw differs(path) } }
        guard try next().isEmpty else { throw differs(path) }
    }

    private static func differs(_ path: String) -> HouseFailure {
        HouseFailure(
            "What was written to \(path) does not read back as it was.", fix: "Write to another disk; this one fails.")
    }

    private static func create(_ path: String) throws -> Int32 {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Files.cannotWrite(path) }
        return file
    }

    private static func put(_ bytes: [UInt8], _ file: Int32, _ path: String) throws {
        guard Files.writeAll(bytes, to: file) else { throw Files.cannotWrite(path) }
    }

    private static func length(_ count: Int) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    }
}

/// Reads a backup from its file.
final class BackupReader {
    let head: BackupHead
    private let path: String
    private let file: Int32
    private let front: [UInt8]

    init(_ path: String) throws {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw HouseFailure("Cannot read \(path): \(Files.reason()).", fix: "Check the path and who may read it.")
        }
        self.path = path
        self.file = file
        let magic = try Self.take(BackupHead.magic.count, file)
        guard magic == BackupHead.magic else { throw Self.foreign(path, magic) }
        guard let count = try Self.length(file), count <= BackupHead.longest else { throw Self.truncated(path) }
        let text = try Self.take(count, file)
        guard text.count == count else { throw Self.truncated(path) }
        guard let head = BackupHead(text: text) else { throw Self.altered(path) }
        self.head = head
        front = magic + (0..<4).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) } + text
    }

    deinit { close(file) }

    /// Opens all pieces in order. To be called once. Throws when the file is truncated, altered, or under another key.
    func open(under key: MasterKey, _ body: ([UInt8]) throws -> Void) throws {
        guard key.id == head.masterKeyID else {
            throw HouseFailure(
                "\(path) is sealed under master key \(head.masterKeyID), and this is \(key.id).",
                fix: "Name the source of \(head.masterKeyID) with --master-key.")
        }
        var stream = SealedStream(key: key.backupKey(salt: head.salt), head: front)
        var count = try Self.length(file)
        guard count != nil else { throw Self.truncated(path) }
        while let length = count {
            guard length <= SealedStream.sealedPiece else { throw Self.altered(path) }
            let box = try Self.take(length, file)
            guard box.count == length else { throw Self.truncated(path) }
            count = try Self.length(file)
            let plain: [UInt8]
            do throws(SealFailure) {
                plain = try stream.open(box, isLast: count == nil)
            } catch {
                throw Self.altered(path)
            }
            try body(plain)
        }
    }

    private static func take(_ count: Int, _ file: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = Files.readAll(&bytes, from: file)
        guard found >= 0 else {
            throw HouseFailure("The backup cannot be read: \(Files.reason()).", fix: "Take another copy of it.")
        }
        return Array(bytes[..<found])
    }

    /// The length of what follows; nil at the end of the file.
    private static func length(_ file: Int32) throws -> Int? {
        let bytes = try take(4, file)
        guard !bytes.isEmpty else { return nil }
        // A length that is cut off is longer than anything that can follow.
        guard bytes.count == 4 else { return .max }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func foreign(_ path: String, _ magic: [UInt8]) -> HouseFailure {
        let isOfOtherFormat = magic.starts(with: "bitting-backup-".utf8)
        return HouseFailure(
            isOfOtherFormat
                ? "\(path) is a backup of another format than this version reads." : "\(path) is no backup of Bitting.",
            fix: isOfOtherFormat
                ? "Restore it with the version that wrote it." : "Give the file that `bitting backup` wrote.")
    }

    private static func truncated(_ path: String) -> HouseFailure {
        HouseFailure("\(path) is cut off.", fix: "Take another copy of it.")
    }

    private static func altered(_ path: String) -> HouseFailure {
        HouseFailure("\(path) was altered or cut off.", fix: "Take another copy of it.")
    }
}
