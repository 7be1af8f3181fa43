// SPDX-License-Identifier: Apache-2.0
import CommandLine
import Glibc
import Secrets

/// What another program prints, where that is a secret.
enum ChildOutput {
    /// How long a program may take: somebody may have to touch a token.
    private static let timeLimit: Int64 = 60_000
    private static let longest = 4096

    /// Starts the program without a shell, reads what it prints and waits for its end. Its standard input is empty, its
    /// standard error is ours.
    static func read(_ words: [String]) throws -> Secret {
        let (reading, writing) = try pipe()
        defer { close(reading) }
        let child: pid_t
        do {
            defer { close(writing) }
            child = try start(words, writing)
        }
        var bytes: [UInt8] = []
        defer { Secret.wipe(&bytes) }
        bytes.reserveCapacity(longest + 1)
        let isWhole = drain(reading, into: &bytes, before: now() + timeLimit)
        if !isWhole { kill(child, SIGKILL) }
        let status = wait(child)
        guard isWhole else {
            throw HouseFailure(
                "\(words[0]) took longer than \(timeLimit / 1000) seconds or printed more than \(longest) bytes.",
                fix: "Run it by hand: it must print one master key file and end.")
        }
        guard status == 0 else {
            throw HouseFailure(
                "\(words[0]) ended with \(status), so there is no master key.",
                fix: "See what it wrote to standard error; run it by hand as this user.")
        }
        return Secret(copying: bytes.span)
    }

    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard unsafe Glibc.pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw HouseFailure("Cannot start a program: no pipe.", fix: "Raise the limit of open files.")
        }
        return (ends[0], ends[1])
    }

    private static func start(_ words: [String], _ output: Int32) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for place in unsafe arguments.indices { unsafe free(arguments[place]) } }
        var child: pid_t = 0
        let fault = unsafe posix_spawnp(&child, words[0], &actions, nil, &arguments, environ)
        guard fault == 0 else {
            throw HouseFailure(
                "Cannot start \(words[0]): \(unsafe String(cString: strerror(fault))).",
                fix: "Give the path of a program that this user may run; there is no shell, words end at blanks.")
        }
        return child
    }

    /// Reads to the end; false when time or room is up first.
    private static func drain(_ file: Int32, into bytes: inout [UInt8], before end: Int64) -> Bool {
        var piece = [UInt8](repeating: 0, count: longest + 1)
        defer { Secret.wipe(&piece) }
        while bytes.count <= longest {
            var waiting = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            let left = end - now()
            guard left > 0 else { return false }
            guard unsafe poll(&waiting, 1, Int32(left)) > 0 else { continue }
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 }
            bytes += piece[..<count]
        }
        return false
    }

    /// The exit status; 128 and the signal's number when it was killed.
    private static func wait(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
