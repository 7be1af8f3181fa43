// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Secrets

/// The recipes by which passphrases become master keys, one a line; the newest last. Nothing of them is secret.
struct PassphraseRecipes {
    static let fileName = "master.passphrase"
    private var recipes: [PassphraseRecipe]

    /// Reads the file; none when it is not there.
    init(file: String) throws {
        guard Files.exists(file) else {
            recipes = []
            return
        }
        let text = String(decoding: try Files.read(file, limit: 65_536), as: UTF8.self)
        recipes = try text.split(separator: "\n").map { line in
            guard let recipe = PassphraseRecipe(String(line)) else {
                throw HouseFailure(
                    "\(file) is not as this program writes it.", fix: "Put it back from its copy, or from a backup.")
            }
            return recipe
        }
    }

    init(_ recipes: [PassphraseRecipe]) { self.recipes = recipes }

    /// The recipe of a key; the newest one for nil.
    func recipe(for id: String?) -> PassphraseRecipe? {
        id.map { id in recipes.last { $0.keyID == id } } ?? recipes.last
    }

    func adding(_ recipe: PassphraseRecipe) -> PassphraseRecipes { PassphraseRecipes(recipes.suffix(15) + [recipe]) }

    func write(to file: String) throws {
        try Files.replace(file, with: Array((recipes.map(\.text).joined(separator: "\n") + "\n").utf8))
    }
}
