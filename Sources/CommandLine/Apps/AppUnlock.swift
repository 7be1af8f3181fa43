// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting app unlock`
struct AppUnlock: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let the keys of a locked app work again.")

    @Argument(help: "The app's id: app_…")
    var id: AppID

    @Option(help: "Why, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "apps", id.description, "unlock"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["note": note.map(JSON.string)]) }
}
