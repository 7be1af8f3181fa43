// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Wire

/// `GET /v1/keys/{id}/usage`.
func readKeyUsage(_ call: Call) async throws -> Answer {
    let time = try UsageTime(call)
    let page = try CountedPage("usage", call.query)
    let isTable = try call.wantsCSV()
    await call.ports.flushUses()
    let rows = try await call.ports.uses.ofKey(by: call.caller, call.id("key"), time.choice, at: call.now)
    guard !isTable else {
        var table = CSV("at", "step", "code", "uses", "cost")
        for row in rows {
            table.add([row.at.description, row.step.rawValue, "\(row.code.text)", String(row.uses), String(row.cost)])
        }
        return table.answer
    }
    let (items, next) = page.cut(Array(rows.dropFirst(page.skipping).prefix(page.limit + 1)))
    return .page(items, next: next) { writer, row in
        writer.text("at", row.at)
        writer.member("step", row.step.rawValue)
        writer.member("code", "\(row.code.text)")
        writer.member("uses", row.uses)
        writer.member("cost", row.cost)
    }
}

/// `GET /v1/usage`.
func listUsage(_ call: Call) async throws -> Answer {
    let time = try UsageTime(call)
    let page = try CountedPage("usage-sums", call.query)
    let isTable = try call.wantsCSV()
    let groupings = UsageGrouping.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    let grouping = try call.query.value("by", "one of \(groupings)") { UsageGrouping(rawValue: $0) } ?? .account
    let scope = try await UsageScope(call)
    await call.ports.flushUses()
    let found = try await call.ports.uses.sums(
        by: call.caller, grouping, in: scope, time.choice, isSeries: time.hasStep, skipping: page.skipping,
        limit: isTable ? CountedPage.longestTable : page.limit + 1, at: call.now)
    guard !isTable else { return found.table(by: grouping) }
    let (items, next) = page.cut(found)
    return .page(items, next: next) { $0.members(of: $1, by: grouping) }
}

/// `GET /v1/usage/refusals`.
func listRefusals(_ call: Call) async throws -> Answer {
    let time = try UsageTime(call)
    let page = try CountedPage("refusals", call.query)
    let isTable = try call.wantsCSV()
    let scope = try await UsageScope(call)
    await call.ports.flushUses()
    let found = try await call.ports.uses.refusals(
        by: call.caller, in: scope, time.choice, skipping: page.skipping,
        limit: isTable ? CountedPage.longestTable : page.limit + 1, at: call.now)
    guard !isTable else { return found.table }
    let (items, next) = page.cut(found)
    return .page(items, next: next) { writer, refusal in
        writer.text("key", refusal.key)
        writer.member("name", refusal.name)
        writer.text("account", refusal.account)
        writer.member("code", "\(refusal.code.text)")
        writer.member("count", refusal.count)
        writer.text("last_at", refusal.lastAt)
    }
}

extension JSONWriter {
    fileprivate mutating func members(of sum: UsageSum, by grouping: UsageGrouping) {
        member("by", grouping.rawValue)
        member("of", sum.of)
        member("name", sum.name)
        text("at", sum.at)
        member("step", sum.step?.rawValue)
        member("accepted", sum.accepted)
        member("refused", sum.refused)
        member("cost", sum.cost)
    }
}

extension [UsageSum] {
    fileprivate func table(by grouping: UsageGrouping) -> Answer {
        var table = CSV(grouping.rawValue, "name", "at", "step", "accepted", "refused", "cost")
        for sum in self {
            table.add([
                sum.of, sum.name, sum.at?.description, sum.step?.rawValue, String(sum.accepted), String(sum.refused),
                String(sum.cost),
            ])
        }
        return table.answer
    }
}

extension [RefusalSum] {
    fileprivate var table: Answer {
        var table = CSV("key", "name", "account", "code", "count", "last_at")
        for refusal in self {
            table.add([
                refusal.key.description, refusal.name, refusal.account.description, "\(refusal.code.text)",
                String(refusal.count), refusal.lastAt.description,
            ])
        }
        return table.answer
    }
}
