// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Wire

/// Terms and policies of rotations, as stored JSON.
enum RotationText {
    static func json(_ terms: RotationTerms) -> JSON {
        [
            "share": .integer(Int64(terms.share)), "first_look": .integer(terms.firstLook.milliseconds),
            "watch": .integer(terms.watch.milliseconds), "holders": .integer(terms.holders.milliseconds),
            "with": text(terms.with?.description), "assignee": text(terms.assignee?.description),
            "due_at": number(terms.dueAt?.milliseconds), "window": terms.window.map(json) ?? .null,
        ]
    }

    private static func json(_ window: MaintenanceWindow) -> JSON {
        [
            "days": .array(window.days.sorted().map { .integer(Int64($0)) }), "from": .integer(Int64(window.from)),
            "to": .integer(Int64(window.to)), "offset": .integer(Int64(window.offset)),
        ]
    }

    static func terms(_ json: JSON?) throws -> RotationTerms {
        let json = try RuleText.need(json)
        var terms = RotationTerms()
        terms.share = Int(try RuleText.need(json["share"]?.asInteger))
        terms.firstLook = Length(milliseconds: try RuleText.need(json["first_look"]?.asInteger))
        terms.watch = Length(milliseconds: try RuleText.need(json["watch"]?.asInteger))
        terms.holders = Length(milliseconds: try RuleText.need(json["holders"]?.asInteger))
        terms.with = try json["with"]?.asString.map { try RuleText.need(CredentialID($0)) }
        terms.assignee = try json["assignee"]?.asString.map { try RuleText.need(UserID($0)) }
        terms.dueAt = json["due_at"]?.asInteger.map(Instant.init(milliseconds:))
        if let window = json["window"], window != .null { terms.window = try self.window(window) }
        return terms
    }

    private static func window(_ json: JSON) throws -> MaintenanceWindow {
        MaintenanceWindow(
            days: Set(try RuleText.need(json["days"]?.asArray).map { Int(try RuleText.need($0.asInteger)) }),
            from: Int(try RuleText.need(json["from"]?.asInteger)), to: Int(try RuleText.need(json["to"]?.asInteger)),
            offset: Int(try RuleText.need(json["offset"]?.asInteger)))
    }

    static func text(_ policy: RotationPolicy) -> String {
        let json: JSON = [
            "every": number(policy.every?.milliseconds), "after_exposure": .bool(policy.afterExposure),
            "terms": json(policy.terms),
        ]
        return json.text
    }

    static func policy(_ text: String) throws -> RotationPolicy {
        let json = try RuleText.parse(text)
        var policy = RotationPolicy()
        policy.every = json["every"]?.asInteger.map(Length.init(milliseconds:))
        policy.afterExposure = json["after_exposure"] == .bool(true)
        policy.terms = try terms(json["terms"])
        return policy
    }

    static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    static func number(_ number: Int64?) -> JSON { number.map { .integer($0) } ?? .null }

    /// All of a rotation that it is not found by.
    static func text(_ rotation: Rotation) -> String {
        let json: JSON = [
            "terms": json(rotation.terms), "reason": .string(rotation.reason.rawValue),
            "named": .bool(rotation.keysAreNamed), "former": .string(rotation.former.description),
            "number": .integer(rotation.formerNumber), "former_key": text(rotation.formerKey),
            "identified": .bool(rotation.isIdentified), "successor": text(rotation.successor?.description),
            "successor_key": text(rotation.successorKey), "may_delete": .bool(rotation.mayDelete),
            "attempt": .integer(rotation.attempt), "may_have_stray": .bool(rotation.mayHaveStray),
            "known": rotation.known.map { .array($0.map { .string($0) }) } ?? .null,
            "stray": text(rotation.stray?.key), "stray_is_ours": .bool(rotation.stray?.isOurs ?? false),
            "discarded": text(rotation.discarded), "swept": .bool(rotation.isSwept),
            "ending": text(rotation.ending?.rawValue), "since": .integer(rotation.since.milliseconds),
            "fault": text(rotation.fault?.rawValue), "cause": text(rotation.cause?.rawValue),
            "proof": text(rotation.proof?.rawValue), "holders": .integer(rotation.holders),
            "by": .string(rotation.startedBy),
        ]
        return json.text
    }

    /// Fills in what ``text(_:)`` wrote.
    static func read(_ json: JSON, into rotation: inout Rotation) throws {
        rotation.reason = try RuleText.need(json["reason"]?.asString.flatMap(RotationReason.init(rawValue:)))
        rotation.keysAreNamed = json["named"] == .bool(true)
        rotation.formerNumber = try RuleText.need(json["number"]?.asInteger)
        rotation.formerKey = json["former_key"]?.asString
        rotation.isIdentified = json["identified"] == .bool(true)
        rotation.successor = try json["successor"]?.asString.map { try RuleText.need(VersionID($0)) }
        rotation.successorKey = json["successor_key"]?.asString
        rotation.mayDelete = json["may_delete"] == .bool(true)
        rotation.attempt = try RuleText.need(json["attempt"]?.asInteger)
        rotation.mayHaveStray = json["may_have_stray"] == .bool(true)
        rotation.known = try json["known"]?.asArray.map { try $0.map { try RuleText.need($0.asString) } }
        rotation.stray = json["stray"]?.asString.map {
            Rotation.Stray(key: $0, isOurs: json["stray_is_ours"] == .bool(true))
        }
        rotation.discarded = json["discarded"]?.asString
        rotation.isSwept = json["swept"] == .bool(true)
        rotation.ending = try word(json["ending"])
        rotation.since = Instant(milliseconds: try RuleText.need(json["since"]?.asInteger))
        rotation.fault = try word(json["fault"])
        rotation.cause = try word(json["cause"])
        rotation.proof = try word(json["proof"])
        rotation.holders = try RuleText.need(json["holders"]?.asInteger)
        rotation.startedBy = try RuleText.need(json["by"]?.asString)
    }

    private static func word<Word: RawRepresentable>(_ json: JSON?) throws -> Word? where Word.RawValue == String {
        try json?.asString.map { try RuleText.need(Word(rawValue: $0)) }
    }
}
