/// What a client of the control socket asks.
package struct ControlRequest: Sendable, Hashable {
  /// The client's number for the request; every answer carries it.
  package var id: Int64
  /// What to do, such as `status`.
  package var verb: String
  /// The arguments as a JSON object, not checked yet.
  package var arguments: String
  /// Who asks; the server fills it in.
  package var peer = ControlPeer()

  package init(id: Int64, verb: String, arguments: String = "{}") {
    self.id = id
    self.verb = verb
    self.arguments = arguments
  }
}

/// The process at the other end of the control socket, as the kernel tells it.
package struct ControlPeer: Sendable, Hashable {
  /// Its number, when it connected.
  package var process: Int32 = 0
  /// Its user.
  package var user: UInt32 = 0

  package init() {}
}

/// Why a request was not carried out, for both ends of the control socket.
package struct ControlError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A fixed word for programs, such as `unknown-job`.
  package var code: String
  /// What went wrong and what was expected, for people.
  package var message: String

  package init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }

  /// Nobody listens on the socket.
  package static let notRunning = "not-running"
  /// Another host listens on the socket.
  package static let alreadyRunning = "already-running"
  /// The socket's path cannot be used.
  package static let badPath = "bad-path"
  /// The connection broke.
  package static let disconnected = "disconnected"
  /// A line is not what the protocol says.
  package static let malformed = "malformed"
  /// A line is longer than allowed.
  package static let tooLong = "too-long"
  /// Too many clients or requests.
  package static let busy = "busy"
  /// The handler failed in a way that has no code of its own.
  package static let failed = "failed"
}

/// Bounds of the control socket.
package struct ControlLimits: Sendable, Hashable {
  /// The longest request, in bytes.
  package var lineBytes = 1 << 20
  /// The longest item of an answer, in bytes; the status of 100,000 jobs takes some 50 MiB.
  package var answerBytes = 128 << 20
  /// Clients at the same time.
  package var clients = 32
  /// Requests of one client at the same time.
  package var requests = 16
  /// Bytes that may wait for a slow client before its handlers wait as well.
  package var outputBytes = 256 << 10

  package init() {}
}
