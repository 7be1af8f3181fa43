// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// A program that is to take the place of this process, so that signals and its exit status are its own.
package struct Launch: Sendable, Equatable {
    /// A path, or a name to be looked for in the new environment's `PATH`.
    package let command: String
    package let arguments: [String]
    package let environment: [String: String]

    /// The program's file; nil where no file of that name is found. What is there and cannot be run is given too, so
    /// that the system says why.
    var file: String? {
        guard !command.contains("/") else { return command }
        guard !command.isEmpty else { return nil }
        let places = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
            .split(separator: ":", omittingEmptySubsequences: false)
            .map { ($0.isEmpty ? "." : $0) + "/" + command }
        return places.first { unsafe access($0, X_OK) == 0 && !FileBytes.isDirectory($0) }
            ?? places.first { unsafe access($0, F_OK) == 0 && !FileBytes.isDirectory($0) }
    }

    /// Does not return if it works; else the error's number.
    static func replaceProcess(_ launch: Launch, _ inheritance: Inheritance) -> Int32 {
        guard let file = launch.file else { return ENOENT }
        inheritance.restore()
        let variables = launch.environment.map { "\($0.key)=\($0.value)" }
        return unsafe withCStrings([launch.command] + launch.arguments) { arguments in
            unsafe withCStrings(variables) { environment in
                unsafe execve(file, arguments, environment)
                return errno
            }
        }
    }

    private static func withCStrings(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (place, text) in texts.enumerated() { unsafe pointers[place] = strdup(text) }
        unsafe pointers[texts.count] = nil
        defer {
            for place in texts.indices { unsafe free(pointers[place]) }
            unsafe pointers.deallocate()
        }
        return unsafe body(UnsafePointer(pointers))
    }

    /// Why it did not work, with the status that shells give it: 127 not found, 126 found and not to be run.
    func failure(_ number: Int32) -> CommandFailure {
        let reason = unsafe String(cString: strerror(number))
        if number == ENOENT {
            return CommandFailure(
                "\(command) is no command here.", fix: "Check its name and PATH; what is to be run stands after `--`.",
                status: .commandNotFound)
        }
        return CommandFailure(
            "\(command) cannot be run: \(reason).",
            fix: number == ENOEXEC
                ? "Give it a first line like #!/bin/sh, or name its interpreter."
                : "Check that it is a program and that this user may run it.", status: .commandNotRunnable)
    }
}
