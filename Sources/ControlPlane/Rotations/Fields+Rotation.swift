// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Wire

/// The names of what terms are read from.
let rotationTermNames = [
    "share", "first_look", "watch", "wait_for_holders", "with", "assignee", "due_at", "window",
]

extension Fields {
    /// How carefully a value is replaced; what is left out is as usual.
    func rotationTerms(at now: Instant) throws(FieldFault) -> RotationTerms {
        var terms = RotationTerms()
        terms.share = try optional("share", Shape<Int64>.integer(1...100).map { Int($0) }) ?? terms.share
        terms.firstLook = try optional("first_look", .lengthOrNone) ?? terms.firstLook
        terms.watch = try optional("watch", .lengthOrNone) ?? terms.watch
        terms.holders = try optional("wait_for_holders", .lengthOrNone) ?? terms.holders
        terms.with = try nullable("with", .id("a credential"))
        terms.assignee = try nullable("assignee", .id("a user"))
        terms.dueAt = try nullable("due_at", .deadline(from: now))
        terms.window = try nullable("window", .maintenanceWindow)
        return terms
    }

    /// What a rotation starts from.
    func rotationDraft(at now: Instant) throws(FieldFault) -> RotationDraft {
        var draft = RotationDraft()
        draft.kind = try nullable("kind", Shape<RotationGuide.Kind>.word)
        draft.reason = try optional("reason", Shape<RotationReason>.word) ?? .requested
        draft.formerKey = try nullable("former_key", .providerKey)
        draft.terms = try rotationTerms(at: now)
        return draft
    }
}

extension Shape where Value == String {
    /// A provider's id of a key: no secret.
    static var providerKey: Shape {
        parsed(
            "This is not the id of a key at a provider.",
            fix: "Send 1 to 128 letters, digits and . _ : ~ - as it stands there."
        ) { KeyMaking.keyID($0) }
    }
}

extension Shape where Value == Instant {
    /// The longest time that something may be given.
    private static var longest: Length { .seconds(366 * 86_400) }

    /// A moment to come within a year, or a length of time from now.
    static func deadline(from now: Instant) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let length = json.asString.flatMap { Length($0) }
            let end = if let length { now + length } else { try instant.read(json, pointer) }
            guard end > now, end <= now + longest else {
                throw .value(
                    pointer, "A deadline lies in the future, within 366 days.",
                    fix: "Send a length such as 24h, or a time within a year.")
            }
            return end
        }
    }
}

extension Shape where Value == MaintenanceWindow {
    private static var days: [String] { ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }

    /// `{days?, from, to, offset?}`: days of the week, times of the day as `22:00`, minutes ahead of UTC.
    static var maintenanceWindow: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["days", "from", "to", "offset"])
            let day = Shape<Int>.parsed("This is no day.", fix: "Send mon, tue, wed, thu, fri, sat or sun.") { text in
                days.firstIndex(of: text).map { $0 + 1 }
            }
            let window = MaintenanceWindow(
                days: Set(try fields.optional("days", day.list(1...7)) ?? Array(1...7)),
                from: try fields.required("from", .timeOfDay), to: try fields.required("to", .timeOfDay),
                offset: Int(try fields.optional("offset", .integer(-840...840)) ?? 0))
            guard window.from != window.to else {
                throw .value("\(pointer)/to", "The window has no length.", fix: "Send another time.")
            }
            return window
        }
    }
}

extension Shape where Value == Int {
    /// `22:00`, as minutes after midnight.
    fileprivate static var timeOfDay: Shape {
        parsed("This is not a time of the day.", fix: "Send hours and minutes, such as 22:00.") { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2,
                parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
            else { return nil }
            return hour * 60 + minute
        }
    }
}

extension JSONWriter {
    /// Terms as they are shown.
    mutating func members(of terms: RotationTerms) {
        member("share", Int64(terms.share))
        text("first_look", terms.firstLook)
        text("watch", terms.watch)
        text("wait_for_holders", terms.holders)
        text("with", terms.with)
        text("assignee", terms.assignee)
        text("due_at", terms.dueAt)
        key("window")
        guard let window = terms.window else { return null() }
        object { writer in
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            writer.member("days", window.days.sorted().map { names[$0 - 1] })
            writer.member("from", Self.time(window.from))
            writer.member("to", Self.time(window.to))
            writer.member("offset", Int64(window.offset))
        }
    }

    private static func time(_ minutes: Int) -> String {
        let (hour, minute) = (minutes / 60, minutes % 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }
}

extension Shape where Value == RotationPolicy {
    /// `{every?, after_exposure?}` and terms.
    static func rotationPolicy(at now: Instant) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["every", "after_exposure"] + rotationTermNames)
            var policy = RotationPolicy()
            policy.every = try fields.nullable("every", .length)
            policy.afterExposure = try fields.optional("after_exposure", .bool) ?? false
            policy.terms = try fields.rotationTerms(at: now)
            guard policy.terms.dueAt == nil else {
                throw .value("\(pointer)/due_at", "A policy has no single due time.", fix: "Leave it out.")
            }
            return policy
        }
    }
}
