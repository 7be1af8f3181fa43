// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Shapes
internal import Wire

/// What the rules of the server say of a file, without a server.
struct ProviderFinding {
    private let file: String
    /// What is wrong; nil for nothing.
    let failure: CommandFailure?
    private let line: Int?

    /// Checks a file. A file that cannot be read throws; one that breaks a rule is a finding.
    init(_ file: String, from terminal: Terminal) throws(CommandFailure) {
        self.init(file, try ProviderFile(at: file, from: terminal))
    }

    /// Checks what was read.
    init(_ file: String, _ content: ProviderFile) {
        self.file = file
        do throws(FieldFault) {
            // The name is given when it is put in force, the moment is the server's.
            _ = try Shape<Provider>.provider(named: "x", at: .latest).read(content.json, "")
            failure = nil
            line = nil
        } catch {
            line = content.lines?.line(of: error.pointer)
            failure = CommandFailure(
                "\(file)\(line.map { ":\($0)" } ?? ""): \(error.detail)", pointer: error.pointer, fix: error.fix,
                status: .refused)
        }
    }

    /// As programs read it.
    var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "file", value: .string(file)), .init(name: "valid", value: .bool(failure == nil)),
        ]
        if let line { members.append(.init(name: "line", value: .integer(Int64(line)))) }
        return .object(members + (failure?.json.asObject ?? []))
    }
}
