/// One request on a connection, from its first line to the last byte of its answer.
struct HTTPSession {
  /// Tells this request's answer from one that comes late for an earlier request.
  let id: UInt64
  let method: HTTPRouting.Method
  var task: Task<Void, Never>?
  var response: HTTPResponse?
  var hasSentHeaders = false
  private var sent = 0

  /// What one write hands over; the kernel's buffer takes more.
  private static let pieceBytes = 16_384

  init(id: UInt64, method: HTTPRouting.Method) {
    self.id = id
    self.method = method
  }

  /// Whether all of the answer was handed over.
  var isFinished: Bool {
    guard let response, hasSentHeaders else { return false }
    return method == .head || sent == response.body.count
  }

  /// The next piece of the body, and whether it is the last one.
  mutating func nextPiece() -> (bytes: ArraySlice<UInt8>, isLast: Bool)? {
    guard let response, !isFinished else { return nil }
    let piece = response.body[sent...].prefix(Self.pieceBytes)
    sent += piece.count
    return (piece, sent == response.body.count)
  }
}
