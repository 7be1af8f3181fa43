// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting audit`
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the audit trail.", subcommands: [AuditVerify.self])
}
