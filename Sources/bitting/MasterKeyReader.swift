// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import Secrets

/// Fetches a master key from where it is.
struct MasterKeyReader {
    /// The data directory, where the recipes for passphrases stand.
    let directory: String
    /// Recipes that are known from elsewhere; when there are any, none are read.
    var given: [PassphraseRecipe] = []

    /// The key of a source.
    ///
    /// - Parameter wanted: The id of the key that is needed, which tells one recipe from another; nil when there is none
    ///   yet.
    func read(_ source: MasterKeySource, wanted: String?) throws -> MasterKey {
        switch source {
        case .file(let path): try parse(try Files.readSecret(path), path)
        case .credential(let name): try parse(try credential(name), "credential \(name)")
        case .command(let words): try parse(try ChildOutput.read(words), "what \(words[0]) prints")
        case .passphrase(let place): try derive(try passphrase(place), wanted: wanted)
        }
    }

    private func parse(_ text: borrowing Secret, _ place: String) throws -> MasterKey {
        do throws(MasterKey.Fault) {
            return try MasterKey(file: text)
        } catch {
            switch error {
            case .unreadable:
                throw HouseFailure(
                    "There is no master key in \(place).",
                    fix: "Put the right one there; `bitting vault new-key` makes the text of a new one.")
            case .altered:
                throw HouseFailure(
                    "The master key in \(place) has the id of another key: same id, other bytes.",
                    fix: "Put it back from its copy.")
            }
        }
    }

    /// systemd hands credentials over in a directory that is this service's alone; the file's group bits may show the
    /// mask of an access list there.
    private func credential(_ name: String) throws -> Secret {
        guard let directory = unsafe getenv("CREDENTIALS_DIRECTORY").map({ unsafe String(cString: $0) }) else {
            throw HouseFailure(
                "CREDENTIALS_DIRECTORY is not set, so there is no credential \(name).",
                fix: "Start by systemd with LoadCredential=\(name):… or LoadCredentialEncrypted=\(name):….")
        }
        return try Files.readSecret("\(directory)/\(name)", refusing: 0o007)
    }
}

extension MasterKeyReader {
    private var recipeFile: String { "\(directory)/\(PassphraseRecipes.fileName)" }

    private func recipes() throws -> PassphraseRecipes {
        try given.isEmpty ? PassphraseRecipes(file: recipeFile) : PassphraseRecipes(given)
    }

    private func derive(_ passphrase: borrowing Secret, wanted: String?) throws -> MasterKey {
        guard let recipe = try recipes().recipe(for: wanted) else {
            throw HouseFailure(
                "The data was sealed under master key \(wanted ?? "?"), which comes from no passphrase known here.",
                fix: "Name the source of that key with --master-key.")
        }
        guard let key = recipe.key(from: passphrase) else {
            throw HouseFailure(
                "The passphrase is wrong: it is not the one of master key \(recipe.keyID).",
                fix: "Give the right one; the database is not touched.")
        }
        return key
    }

    /// Takes a passphrase that is to be used from now on, and keeps its recipe.
    func adopt(_ place: MasterKeySource.Passphrase, using random: inout some RandomNumberGenerator) throws -> MasterKey
    {
        let passphrase = try passphrase(place, isNew: true)
        guard passphrase.count >= 12 else {
            throw HouseFailure(
                "The passphrase has fewer than 12 bytes.",
                fix: "Take a longer one, such as six words drawn at random: whoever has the data may try them all.")
        }
        let (recipe, key) = PassphraseRecipe.make(for: passphrase, using: &random)
        try PassphraseRecipes(file: recipeFile).adding(recipe).write(to: recipeFile)
        return key
    }

    private func passphrase(_ place: MasterKeySource.Passphrase, isNew: Bool = false) throws -> Secret {
        switch place {
        case .file(let path): try Self.line(try Files.readSecret(path))
        case .credential(let name): try Self.line(try credential(name))
        case .terminal: try Self.ask(isNew: isNew)
        }
    }

    /// Without the line end that editors put behind it.
    private static func line(_ text: borrowing Secret) throws -> Secret {
        var bytes = text.revealing { span in (0..<span.count).map { span[$0] } }
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard (1...1024).contains(bytes.count) else {
            throw HouseFailure(
                "The passphrase is empty or longer than 1024 bytes.", fix: "Give one of 12 to 1024 bytes.")
        }
        return Secret(wiping: &bytes)
    }

    private static func ask(isNew: Bool) throws -> Secret {
        guard var first = HiddenLine.ask(isNew ? "New passphrase: " : "Passphrase: ") else {
            throw HouseFailure(
                "Nobody is there to type the passphrase.", fix: "Start it at a terminal, or name a passphrase:FILE.")
        }
        defer { Secret.wipe(&first) }
        if isNew {
            var second = HiddenLine.ask("The same again: ") ?? []
            defer { Secret.wipe(&second) }
            guard first == second else { throw HouseFailure("The two are not the same.", fix: "Type it again.") }
        }
        return try line(Secret(copying: first.span))
    }
}
