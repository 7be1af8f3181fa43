// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting audit`
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the audit trail, and keep what it is checked with.",
        subcommands: [AuditVerify.self, AuditExport.self, AuditKey.self, AuditCheckpoints.self])
}
