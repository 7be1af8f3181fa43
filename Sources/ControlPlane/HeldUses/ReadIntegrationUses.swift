// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

/// `GET /v1/integrations/{id}/uses`: calls over time, by how they ended.
func readIntegrationUses(_ call: Call) async throws -> Answer {
    let step = try call.query.value("step", "`hour` or `day`") { LendStep(rawValue: $0) } ?? .hour
    let to = try UsageTime.moment("to", call.query) ?? call.now
    let usual = Length.seconds(step == .hour ? -7 * 86_400 : -90 * 86_400)
    let from = try UsageTime.moment("from", call.query) ?? to + usual
    guard from < to else {
        throw ParameterFault("from", "`from` is not before `to`.", fix: "Send a time before `to`.")
    }
    let page = try CountedPage("integration-uses", call.query)
    let isTable = try call.wantsCSV()
    await call.ports.flushUses()
    let rows = try await call.ports.heldUses.ofIntegration(
        by: call.caller, call.id("integration"), step, from: from, to: to, at: call.now)
    guard !isTable else {
        var table = CSV("at", "step", "outcome", "calls")
        for row in rows.prefix(CountedPage.longestTable) {
            table.add([row.at.description, row.step.rawValue, row.outcome.rawValue, String(row.calls)])
        }
        return table.answer
    }
    let (items, next) = page.cut(Array(rows.dropFirst(page.skipping).prefix(page.limit + 1)))
    return .page(items, next: next) { writer, row in
        writer.text("at", row.at)
        writer.member("step", row.step.rawValue)
        writer.member("outcome", row.outcome.rawValue)
        writer.member("calls", row.calls)
    }
}
