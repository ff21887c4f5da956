/// What can go wrong in a simulated life.
enum Fault: String, Sendable, Hashable, CaseIterable, Codable {
  /// The host dies before a record reaches the disk.
  case crashBeforeWrite = "crash-before-write"
  /// The host dies after a record reached the disk, before anybody hears of it.
  case crashAfterWrite = "crash-after-write"
  /// The host dies before a bundle is handed over.
  case crashBeforeSend = "crash-before-send"
  /// The host dies after a bundle was handed over, before the answer is heard.
  case crashAfterSend = "crash-after-send"
  /// The host dies while it does nothing in particular.
  case crashAtRest = "crash-at-rest"
  case writeFails = "write-fails"
  case writeIsSlow = "write-is-slow"
  /// A bundle is lost on its way, and the answer says that it arrived.
  case sendLost = "send-lost"
  /// A bundle arrives, and the answer does not.
  case answerLost = "answer-lost"
  case sendTwice = "send-twice"
  case sendLate = "send-late"
  case engineBusy = "engine-busy"
  /// One transaction of a bundle happens without the others.
  case leak
  case nodeSilent = "node-silent"
  /// The node tells what it knew a while ago.
  case nodeStale = "node-stale"
  case venueUnreadable = "venue-unreadable"
  case workerDies = "worker-dies"
  case workerGarbles = "worker-garbles"
  case workerHangs = "worker-hangs"
  case frameLate = "frame-late"
  case clockForward = "clock-forward"
  case clockBack = "clock-back"
  case reloadGood = "reload-good"
  case reloadBad = "reload-bad"
  case killSet = "kill-set"
  case killCleared = "kill-cleared"
  /// No fault: an operator lets jobs run again that are held.
  case jobsResumed = "jobs-resumed"
}
