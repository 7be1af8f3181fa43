// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

/// `GET /v1/exposures`: who has seen which value.
func listExposures(_ call: Call) async throws -> Answer {
    var filter = ExposureFilter()
    filter.user = try call.query.id("user", "a user")
    filter.credential = try call.query.id("credential", "a credential")
    filter.app = try call.query.id("app", "an app")
    filter.account = try call.query.id("account", "an account")
    filter.kind = try call.query.value("kind", "`reveal`, `export`, `deposit` or `run`") { Exposure.Kind(rawValue: $0) }
    filter.since = try call.query.value("since", "a time such as 2026-01-31T09:00:00Z") { text in
        Instant(text).flatMap { $0 <= .latest ? $0 : nil }
    }
    let position = try ListPosition("exposures", call.query)
    guard try call.wantsCSV() else {
        let found = try await call.ports.exposures.list(by: call.caller, filter, position.page, at: call.now)
        return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
    }
    let found = try await call.ports.exposures.list(
        by: call.caller, filter, Page(after: position.page.after, limit: CountedPage.longestTable), at: call.now)
    return table(found.items)
}

private func table(_ exposures: [Exposure]) -> Answer {
    var table = CSV("id", "kind", "credential", "version", "account", "by", "user", "app", "reason", "at")
    for each in exposures {
        table.add([
            each.id.description, each.kind.rawValue, each.credential.description, String(each.version),
            each.account.description, each.by, each.user?.description, each.app?.description, each.reason,
            each.at.description,
        ])
    }
    return table.answer
}

extension JSONWriter {
    /// An exposure as it is shown.
    fileprivate mutating func members(of exposure: Exposure) {
        text("id", exposure.id)
        member("kind", exposure.kind.rawValue)
        text("credential", exposure.credential)
        member("version", exposure.version)
        text("account", exposure.account)
        member("by", exposure.by)
        text("user", exposure.user)
        text("app", exposure.app)
        member("reason", exposure.reason)
        text("at", exposure.at)
    }
}
