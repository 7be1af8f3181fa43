// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Glibc
internal import Wire

/// `bitting audit export`
struct AuditExport: Act {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the audit trail as one JSON event a line.",
        discussion: """
            `bitting audit verify` checks such a file. A new file is made with mode 0600; one that is there is only \
            appended to, and only with --after. The key needs events:read and no accounts that it is bound to, or the \
            trail has gaps.
            """)

    @Argument(help: ArgumentHelp("Where to; standard output if left out.", valueName: "file"))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Go on behind this event: the sequence of the file's last line.", valueName: "sequence"))
    var after: Int64?

    @OptionGroup var connection: Connection

    func validate() throws {
        guard (after ?? 0) >= 0 else { throw ValidationError("--after must be 0 or more.") }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let desk = try connection.desk(in: surroundings)
        let output = try file.map { path in try ExportFile(path: path, appends: after != nil) }
        defer { output?.close() }
        var last = after ?? 0
        var count = 0
        do {
            var next: Int64? = last
            while let position = next {
                let page = try await desk.events(after: position, limit: 200, filters: [])
                try write(page.items, to: output, or: surroundings.terminal)
                count += page.items.count
                last = page.items.last?["sequence"]?.asInteger ?? last
                next = page.next
            }
            try output?.flush()
        } catch {
            desk.printer.note("It stopped behind event \(last): go on with --after \(last).")
            throw error
        }
        if let file { desk.printer.note("\(count) events in \(file); the last one is \(last).") }
        return .done
    }

    private func write(
        _ items: [JSON], to file: ExportFile?, or terminal: Terminal
    ) throws(CommandFailure) {
        let bytes = items.flatMap { ($0.text + "\n").utf8 }
        guard !bytes.isEmpty else { return }
        if let file { try file.write(bytes) } else { terminal.write(.output, bytes) }
    }
}

/// The file that a trail is written to. Never writes over anything.
private struct ExportFile {
    private let path: String
    private let descriptor: Int32

    init(path: String, appends: Bool) throws(CommandFailure) {
        self.path = path
        let way = O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_EXCL)
        descriptor = unsafe Glibc.open(path, way, 0o600)
        guard descriptor < 0 else { return }
        guard errno != EEXIST else {
            throw CommandFailure(
                "\(path) is there already.",
                fix: "Append to it with --after and the sequence of its last line, or name another file.")
        }
        throw fault(errno)
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        let number = FileBytes.write(bytes, to: descriptor)
        guard number == 0 else { throw fault(number) }
    }

    func flush() throws(CommandFailure) {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw fault(errno) }
    }

    func close() { FileBytes.close(descriptor) }

    private func fault(_ number: Int32) -> CommandFailure {
        CommandFailure(
            "\(path) cannot be written: \(unsafe String(cString: strerror(number))).",
            fix: "Make room, or choose a place where you may write.")
    }
}
