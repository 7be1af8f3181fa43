// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Offboarding
import Secrets
import Wire

/// `GET /v1/offboardings/{id}/report`: JSON that is signed, or a page to be printed, by what is accepted.
func reportOffboarding(_ call: Call) async throws -> Answer {
    let report = try await call.ports.offboardings.report(by: call.caller, of: call.id("offboarding"), at: call.now)
    let json = report.json(at: call.now)
    let note = call.ports.signReport(OffboardingReport.signedText(of: json))
    guard call.wantsPage else {
        return .json { writer in
            writer.object { writer in
                writer.member("report", json)
                writer.member("note", note)
            }
        }
    }
    return Answer("text/html; charset=utf-8", Array(OffboardingPage(report, note: note, at: call.now).html.utf8))
}

extension Call {
    /// Whether a page for people is asked for, and JSON is not.
    fileprivate var wantsPage: Bool {
        let wanted = accept.joined(separator: ",").lowercased()
        return wanted.contains("text/html") && !wanted.contains("application/json")
    }
}

extension OffboardingReport {
    /// What is signed of a report: its name, and the SHA-256 of its shortest JSON.
    static func signedText(of json: JSON) -> String {
        "bitting offboarding report v1\n\(Base64Text.text(Digest(of: [Array(json.text.utf8)]).bytes))\n"
    }

    /// All of it; each thing in its place, the same bytes for the same report.
    func json(at now: Instant) -> JSON {
        [
            "offboarding": .string(offboarding.id.description),
            "subject": [
                "type": .string(offboarding.subject.type.rawValue), "id": .string(offboarding.subject.description),
                "name": .string(offboarding.name),
            ],
            "account": .string(offboarding.account.description), "state": .string(offboarding.state.rawValue),
            "reason": .optional(offboarding.terms.reason), "started_by": .string(offboarding.startedBy),
            "started_at": .moment(offboarding.startedAt), "deadline": .moment(offboarding.deadline),
            "ended_at": .moment(offboarding.endedAt), "cancelled_by": .optional(offboarding.cancelledBy),
            "erased_at": .moment(offboarding.erasedAt), "written_at": .moment(now),
            "progress": [
                "total": .integer(offboarding.progress.total), "done": .integer(offboarding.progress.done),
                "waiting": .integer(offboarding.progress.waiting), "kept": .integer(offboarding.progress.kept),
            ],
            "items": .array(lines.map(\.json)), "events": .array(events.map(\.proof)),
        ]
    }
}

extension OffboardingReport.Line {
    fileprivate var json: JSON {
        [
            "number": .integer(item.number), "kind": .string(item.kind.rawValue), "id": .string(item.id),
            "name": .string(item.name), "action": .string(item.action.rawValue), "state": .string(item.state.rawValue),
            "done_at": .moment(item.doneAt), "note": .optional(item.note),
            "rotation": rotation.map(Self.json) ?? .null, "events": .array(events.map(\.proof)),
        ]
    }

    private static func json(_ rotation: Rotation) -> JSON {
        [
            "id": .string(rotation.id.description), "kind": .string(rotation.kind.rawValue),
            "provider": .string(rotation.provider), "stage": .string(rotation.stage.rawValue),
            "proof": .optional(rotation.proof?.rawValue), "former_version": .string(rotation.former.description),
            "former_key": .optional(rotation.formerKey), "fault": .optional(rotation.fault?.rawValue),
            "stray_key": .optional(rotation.stray?.key), "ended_at": .moment(rotation.endedAt),
        ]
    }
}

extension Event {
    /// What is needed to find it again in the trail, and to see that it is the same.
    fileprivate var proof: JSON {
        [
            "id": .string(id.description), "sequence": .integer(sequence), "at": .moment(at), "action": .string(action),
            "outcome": .string(outcome.rawValue), "caller": .string(caller),
            "hash": .string(Base64Text.text(hash.bytes)),
            "details": .object(details.map { .init(name: $0.name, value: .string($0.value)) }),
        ]
    }
}

extension JSON {
    fileprivate static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    fileprivate static func moment(_ moment: Instant?) -> JSON { moment.map { .string($0.description) } ?? .null }
}
