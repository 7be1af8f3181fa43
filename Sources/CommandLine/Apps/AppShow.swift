// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

/// `bitting app show`
struct AppShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one app.")

    @Argument(help: "The app's id: app_…")
    var id: AppID

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "apps", id.description] }
}
