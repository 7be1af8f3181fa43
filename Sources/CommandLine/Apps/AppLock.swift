// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting app lock`
struct AppLock: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Stop all keys of an app at once, without changing them.")

    @Argument(help: "The app's id: app_…")
    var id: AppID

    @Option(help: "Why, for the audit trail.")
    var note: String?

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "apps", id.description, "lock"] }

    func body(at surroundings: Surroundings) -> JSON? { .given(["note": note.map(JSON.string)]) }
}
