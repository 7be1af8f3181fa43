// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting rotation`
struct RotationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation", abstract: "Replace held keys without breaking whoever uses them.",
        subcommands: [
            RotationStart.self, RotationList.self, RotationShow.self, RotationProvide.self, RotationConfirm.self,
            RotationCancel.self, RotationFreeze.self, RotationThaw.self, RotationFreezes.self,
        ])
}
