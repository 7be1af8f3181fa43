// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Offboarding

/// A report as a page to be printed: no script, nothing from elsewhere.
struct OffboardingPage {
    private let report: OffboardingReport
    private let note: String
    private let now: Instant

    init(_ report: OffboardingReport, note: String, at now: Instant) {
        (self.report, self.note, self.now) = (report, note, now)
    }

    var html: String {
        let offboarding = report.offboarding
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Offboarding of \(escaped(offboarding.name))</title>
            <style>
            body { font: 11pt/1.4 system-ui, sans-serif; margin: 2em; color: #111 }
            table { border-collapse: collapse; width: 100%; font-size: 9pt }
            th, td { border-bottom: 1px solid #bbb; padding: .3em .5em; text-align: left; vertical-align: top }
            code, pre { font-size: 8pt; overflow-wrap: anywhere; white-space: pre-wrap }
            tr { break-inside: avoid }
            </style></head><body>
            <h1>Offboarding of \(escaped(offboarding.name))</h1>
            <p>\(facts)</p>
            <table><thead><tr><th>#</th><th>What</th><th>Action</th><th>State</th><th>When</th><th>Proof</th></tr></thead><tbody>
            \(report.lines.map(row).joined(separator: "\n"))
            </tbody></table>
            <p>Signature over the report in JSON; <code>bitting offboarding verify</code> checks it.</p>
            <pre>\(escaped(note))</pre>
            </body></html>

            """
    }

    private var facts: String {
        let offboarding = report.offboarding
        let progress = offboarding.progress
        var facts = [
            "\(offboarding.subject.type.rawValue) <code>\(offboarding.subject)</code>",
            "begun \(offboarding.startedAt) by <code>\(escaped(offboarding.startedBy))</code>",
            "deadline \(offboarding.deadline)", "\(progress.done) of \(progress.total) done",
        ]
        if let reason = offboarding.terms.reason { facts.append("reason: \(escaped(reason))") }
        switch offboarding.state {
        case .done: facts.append("complete since \(offboarding.endedAt.map(\.description) ?? "")")
        case .cancelled:
            facts.append(
                "<strong>cancelled</strong>: \(progress.kept) kept, what is dead stays dead, the party is thawed")
        case .planning, .running: facts.append("<strong>not complete</strong> as of \(now)")
        }
        return facts.joined(separator: "<br>")
    }

    private func row(_ line: OffboardingReport.Line) -> String {
        let item = line.item
        let proof = line.rotation.map { rotation in
            switch rotation.proof {
            case .refused: "refused by \(escaped(rotation.provider))"
            case .word: "by a person's word"
            case nil: escaped(rotation.stage.rawValue)
            }
        }
        let events = line.events.suffix(3).map { "\(escaped($0.action)) <code>\($0.id)</code>" }
        let words = [proof, item.note.map(escaped)].compactMap { $0 } + events
        return """
            <tr><td>\(item.number)</td><td>\(escaped(item.name))<br><code>\(escaped(item.id))</code></td>\
            <td>\(item.action.rawValue)</td><td>\(item.state.rawValue)</td>\
            <td>\(item.doneAt?.description ?? "")</td><td>\(words.joined(separator: "<br>"))</td></tr>
            """
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\"", with: "&quot;")
    }
}
