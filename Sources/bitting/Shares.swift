// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import SQLiteEngine
import Secrets
import Storage

/// `bitting vault shares`: splits the master key of an installation. The key must be the one in use.
@Sendable
func splitMasterKey(_ options: ShareOptions) async throws -> [KeyShare] {
    Process.closeMemory()
    let place = try Installation(options.dataDirectory, masterKey: options.masterKey)
    guard Files.exists(place.databaseFile) else { throw place.isMissing }
    let engine = try Installation.telling { try SQLiteEngine(path: place.databaseFile) }
    let keyring = try await place.openKeyring(engine)
    var random = Randomness.system
    let shares = KeyShares.split(
        keyring.master, threshold: options.threshold, count: options.count, using: &random)
    if let directory = options.directory {
        try Files.makeDirectory(directory)
        for share in shares {
            let text = share.text
            try Files.writeOnce(
                text.revealing { span in (0..<span.count).map { span[$0] } },
                to: "\(directory)/share-\(share.number)-of-\(share.count)")
        }
    }
    return shares
}

/// `bitting vault recover`: puts a master key together and writes its file.
@Sendable
func recoverMasterKey(_ files: [String], to path: String) throws -> String {
    guard !Files.exists(path) else {
        throw HouseFailure("\(path) is there already.", fix: "Choose another name; nothing is written over.")
    }
    let shares = try files.map(readShare)
    let key: MasterKey
    do throws(KeyShares.Fault) {
        key = try KeyShares.combine(shares)
    } catch {
        throw failure(error, files)
    }
    let text = key.fileText
    try Files.writeOnce(text.revealing { span in (0..<span.count).map { span[$0] } }, to: path)
    return key.id
}

/// Shares travel; whoever may read this copy of one has that one only.
private func readShare(_ file: String) throws -> KeyShare {
    let text = try Files.readSecret(file, refusing: 0)
    do throws(KeyShare.Fault) {
        return try KeyShare(text)
    } catch {
        switch error {
        case .unreadable:
            throw HouseFailure("\(file) is no share.", fix: "Give files that `bitting vault shares` wrote.")
        case .altered:
            throw HouseFailure(
                "The share in \(file) was altered or mistyped.", fix: "Take it from its owner again, or another one.")
        }
    }
}

private func failure(_ fault: KeyShares.Fault, _ files: [String]) -> HouseFailure {
    switch fault {
    case .tooFew(let needed, let given):
        HouseFailure("\(needed) shares are needed, and these are \(given).", fix: "Ask further owners for theirs.")
    case .otherSet(let position):
        HouseFailure(
            "\(files[position]) is of another set than \(files[0]).", fix: "Give shares of one and the same set.")
    case .twice(let position):
        HouseFailure("\(files[position]) is a share that was given before.", fix: "Give each share once.")
    case .otherKey:
        HouseFailure(
            "The shares fit together, but what comes out is not the key that was split: one of them is forged.",
            fix: "Try other shares of the set to find out which.")
    }
}
