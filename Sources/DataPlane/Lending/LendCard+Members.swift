// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Metering
internal import Wire

extension JSONWriter {
    /// What an integration allows, where it leads, and what a program needs to use it.
    mutating func members(of loan: Loan, at now: Instant) {
        let integration = loan.integration
        member("name", integration.name)
        member("integration", integration.id.description)
        member("state", loan.shownState(at: now))
        key("provider")
        object { writer in
            writer.member("name", loan.credential?.provider)
            writer.member("title", loan.isWhole ? loan.provider.title : nil)
            writer.member("documentation", loan.isWhole ? loan.provider.documentation : nil)
        }
        key("allow")
        array { writer in for rule in integration.allow { writer.object { $0.members(of: rule) } } }
        member("reveal", integration.reveals)
        member("expires_at", integration.expiresAt?.description)
        member("environment", loan.isWhole ? loan.provider.environment : [])
        member("reveal_environment", loan.isWhole && integration.reveals ? loan.provider.revealEnvironment : [])
    }

    private mutating func members(of rule: LendRule) {
        member("methods", rule.route.shownMethods)
        member("path", rule.route.path)
        guard let query = rule.query else { return }
        key("query")
        object { writer in
            for parameter in query {
                writer.member(String(decoding: parameter.name, as: UTF8.self), parameter.values.map(\.text))
            }
        }
    }

    private mutating func member(_ name: String, _ lines: [EnvironmentLine]) {
        key(name)
        array { writer in
            for line in lines {
                writer.object { writer in
                    writer.member("name", line.name)
                    writer.member("format", line.format.text)
                }
            }
        }
    }

    /// What is left: of the limits and budgets of the key and its owner, and of those of the integration.
    mutating func members(of tally: Tally, _ set: LimitSet) {
        key("limits")
        array { writer in
            for reading in tally.limits {
                writer.object { writer in
                    let rule = set.rules[reading.rule]
                    writer.member("name", rule.limit.name)
                    writer.member("of", rule.isOfIntegration ? "integration" : rule.limit.sharedBy.rawValue)
                    writer.member("limit", rule.limit.amount)
                    switch rule.limit.measure {
                    case .rate(let length): writer.member("per", length.description)
                    case .inFlight: writer.member("in_flight", true)
                    }
                    writer.member("remaining", reading.remaining)
                    writer.member("reset_after", "\((reading.whole + 999_999_999) / 1_000_000_000)s")
                }
            }
        }
        key("quotas")
        array { writer in
            for rest in tally.quotas {
                writer.object { writer in
                    writer.member("of", "\(rest.subject.kind.word)")
                    writer.member("amount", rest.capacity)
                    writer.member("remaining", rest.remaining)
                    writer.member("refills_at", rest.refillsAt?.description)
                }
            }
        }
    }
}
