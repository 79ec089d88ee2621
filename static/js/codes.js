// Recovery codes: print them, or copy them. Both can be done by hand as well.
(function () {
  'use strict'
  var said = document.getElementById('codes-said')
  var copy = document.getElementById('codes-copy')
  if (!copy) return
  document.getElementById('codes-print').addEventListener('click', function () { window.print() })
  copy.addEventListener('click', function () {
    var codes = [].map.call(document.querySelectorAll('#codes .code'), function (code) { return code.textContent.trim() })
    var done = function () { said.textContent = copy.getAttribute('data-done') }
    var failed = function () { said.textContent = copy.getAttribute('data-failed') }
    if (navigator.clipboard) navigator.clipboard.writeText(codes.join('\n')).then(done, failed)
    else failed()
  })
})()
