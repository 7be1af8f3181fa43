// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc

/// A directory beside the one that is to be, where everything is made ready; gone if it is not moved into its place.
final class WorkingDirectory {
    private let path: String
    private let place: String
    private var file: Int32
    private var isMoved = false

    var databaseFile: String { path + "/bitting.db" }
    var recipeFile: String { "\(path)/\(PassphraseRecipes.fileName)" }

    init(_ place: String) throws {
        var place = place
        while place.count > 1, place.hasSuffix("/") { place.removeLast() }
        self.place = place
        path = place + ".restoring"
        guard unsafe mkdir(path, 0o700) == 0 else {
            throw HouseFailure(
                "Cannot make \(path): \(Files.reason()).",
                fix:
                    "If it is left from a restore that was stopped, remove it; else choose a place where this user may write."
            )
        }
        file = unsafe open(path + "/bitting.db", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let failure = Files.cannotWrite(path)
            unsafe rmdir(path)
            throw failure
        }
    }

    deinit {
        if file >= 0 { close(file) }
        guard !isMoved else { return }
        for name in ["bitting.db", "bitting.db-wal", "bitting.db-shm", PassphraseRecipes.fileName] {
            unsafe unlink("\(path)/\(name)")
        }
        unsafe rmdir(path)
    }

    /// Adds to the database file.
    func append(_ bytes: [UInt8]) throws {
        guard Files.writeAll(bytes, to: file) else { throw Files.cannotWrite(databaseFile) }
    }

    /// The database file has all its bytes.
    func finishDatabase() throws {
        close(file)
        file = -1
    }

    /// Flushes everything and moves it to where it is to be: an empty directory is replaced, anything else refuses.
    func moveIntoPlace() throws {
        try Files.flush(databaseFile)
        try Files.flush(path)
        guard unsafe Glibc.rename(path, place) == 0 else {
            throw HouseFailure("Cannot move \(path) to \(place): \(Files.reason()).", fix: "Choose another directory.")
        }
        isMoved = true
        Files.flushDirectory(of: place)
    }
}
