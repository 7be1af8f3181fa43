// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting sign-in-rule create`
struct SignInRuleCreate: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Let machines sign in for a key with tokens of an issuer.",
        discussion: """
            The key may be one that nobody has a secret of: bitting key create --secretless …
            For a GitHub Actions job:
              --issuer https://token.actions.githubusercontent.com --audience https://keys.example.com \\
              --claim repository=acme/shop --claim ref=refs/heads/main
            """)

    @Option(help: "Its name: lower case letters, digits and hyphens.")
    var name: String

    @Option(help: ArgumentHelp("The key whose identity the tokens get: key_…", valueName: "id"))
    var key: KeyID

    @Option(help: ArgumentHelp("Whose tokens are taken, as it stands in their iss.", valueName: "url"))
    var issuer: String

    @Option(help: "What must stand in their aud; best the address of this installation.")
    var audience: String

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var terms: SignInTerms
    @OptionGroup var connection: Connection

    var path: [String] { Noun.signInRules.path }

    func body(at surroundings: Surroundings) throws -> JSON? {
        let given = JSON.given([
            "name": .string(name), "key": .string(key.description), "issuer": .string(issuer),
            "audience": .string(audience),
        ])
        return .object((given.asObject ?? []) + (try terms.members()))
    }
}
