/* Uploads in pieces with a bar, cancel and resume; what a file proves is saved as it is typed. Without this
   file the same forms work as they are. */
(function () {
  "use strict";

  var box = document.querySelector("[data-uploads]");
  if (!box || !window.FormData || !window.fetch) {
    return;
  }
  var said = box.dataset;
  var PIECE = Number(said.chunk);
  var RETRIES = [1000, 3000, 8000];
  var queue = [];
  var isRunning = false;

  function token(form) {
    return form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  function button(label, action) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm btn-outline-primary";
    made.textContent = label;
    made.addEventListener("click", action);
    return made;
  }

  /* One file in the list of its form. */
  function Item(form, file) {
    var self = this;
    this.form = form;
    this.file = file;
    this.isOver = false;
    this.row = document.createElement("li");
    this.row.className = "upload-item";
    var name = document.createElement("span");
    name.className = "upload-name";
    name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.max = file.size || 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.state = document.createElement("span");
    this.state.className = "upload-state";
    this.cancel = button(said.cancel, function () {
      self.stop();
    });
    this.cancel.setAttribute("aria-label", said.cancel + " " + file.name);
    this.resume = button(said.resume, function () {
      self.again();
    });
    this.resume.hidden = true;
    this.row.append(name, this.bar, this.state, this.resume, this.cancel);
    form.querySelector(".upload-list").append(this.row);
    this.say("waiting", said.waiting);
  }

  Item.prototype.say = function (state, text) {
    this.row.className = "upload-item is-" + state;
    this.state.textContent = text;
    this.bar.hidden = state === "refused" || state === "ready";
    this.resume.hidden = state !== "broken";
  };

  Item.prototype.stop = function () {
    this.isOver = true;
    if (this.request) {
      this.request.abort();
    }
    if (this.addresses) {
      ask(this.form, "POST", this.addresses.cancel).catch(function () {});
    }
    this.row.remove();
  };

  Item.prototype.again = function () {
    this.tries = 0;
    this.say("waiting", said.waiting);
    queue.push(this);
    next();
  };

  /* A request that answers {ok, status, data}, and rejects when the network failed. */
  function ask(form, method, url, body, headers, item) {
    return new Promise(function (resolve, reject) {
      var request = new XMLHttpRequest();
      request.open(method, url);
      request.setRequestHeader("X-CSRFToken", token(form));
      Object.keys(headers || {}).forEach(function (name) {
        request.setRequestHeader(name, headers[name]);
      });
      request.timeout = 120000;
      request.onload = function () {
        var data = {};
        try {
          data = JSON.parse(request.responseText);
        } catch (error) {
          data = null;
        }
        if (data === null || request.status >= 500) {
          reject(new Error("no answer"));
          return;
        }
        resolve({ ok: request.status < 400, status: request.status, data: data });
      };
      request.onerror = request.ontimeout = function () {
        reject(new Error("network"));
      };
      if (item) {
        item.request = request;
        request.upload.onprogress = function (event) {
          item.bar.value = item.received + event.loaded;
        };
      }
      request.send(body);
    });
  }

  function begin(item) {
    var data = new FormData();
    data.append("type", item.form.dataset.upload);
    data.append("name", item.file.name);
    data.append("size", item.file.size);
    data.append("mark", String(item.file.lastModified || ""));
    if (item.form.dataset.replaces) {
      data.append("replaces", item.form.dataset.replaces);
    }
    return ask(item.form, "POST", said.start, data).then(function (answer) {
      if (!answer.ok) {
        throw answer.data;
      }
      item.addresses = answer.data;
      item.received = answer.data.received;
      return pieces(item);
    });
  }

  function pieces(item) {
    item.bar.value = item.received;
    if (item.isOver) {
      return Promise.resolve();
    }
    if (item.received >= item.file.size) {
      item.say("checking", said.checking);
      return ask(item.form, "POST", item.addresses.finish).then(function (answer) {
        if (!answer.ok) {
          throw answer.data;
        }
      });
    }
    item.say("uploading", said.uploading);
    var piece = item.file.slice(item.received, item.received + PIECE);
    var headers = { "Upload-Offset": String(item.received), "Content-Type": "application/octet-stream" };
    return ask(item.form, "PUT", item.addresses.chunk, piece, headers, item).then(function (answer) {
      if (!answer.ok && answer.data.received === undefined) {
        throw answer.data;
      }
      item.received = answer.data.received;
      item.tries = 0;
      return pieces(item);
    });
  }

  function run(item) {
    return begin(item).then(
      function () {
        if (!item.isOver) {
          item.say("ready", said.ready);
          return refresh(item);
        }
      },
      function (problem) {
        if (item.isOver) {
          return;
        }
        if (problem && problem.message && problem.code !== undefined) {
          item.say("refused", said.refused + ": " + problem.message + " " + (problem.fix || ""));
          return;
        }
        var wait = RETRIES[item.tries || 0];
        item.tries = (item.tries || 0) + 1;
        item.say("broken", said.broken);
        if (wait) {
          return new Promise(function (resolve) {
            setTimeout(resolve, wait);
          }).then(function () {
            return item.isOver ? undefined : run(item);
          });
        }
      }
    );
  }

  function next() {
    if (isRunning || !queue.length) {
      return;
    }
    isRunning = true;
    run(queue.shift()).then(done, done);
    function done() {
      isRunning = false;
      next();
    }
  }

  /* Take the files of a slot as the server shows them now; what is typed in other files of it stays. */
  function refresh(item) {
    var slot = item.form.closest(".slot");
    return fetch(location.pathname, { credentials: "same-origin" })
      .then(function (response) {
        return response.text();
      })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var fresh = page.getElementById(slot.id);
        if (!fresh) {
          return;
        }
        var badge = fresh.querySelector(".slot-head .badge-state");
        slot.querySelector(".slot-head .badge-state").replaceWith(badge);
        var list = slot.querySelector(".slot-files");
        var files = fresh.querySelector(".slot-files");
        if (!files) {
          return;
        }
        if (!list) {
          slot.querySelector(".slot-help").after(files);
        } else if (item.form.dataset.replaces) {
          var old = document.getElementById("file-" + item.form.dataset.replaces);
          var now = newcomers(files, list);
          if (old && now.length) {
            old.replaceWith(now[0]);
          }
        } else {
          newcomers(files, list).forEach(function (one) {
            list.append(one);
          });
        }
        wire(slot);
        if (!item.form.dataset.replaces) {
          item.row.remove();
        }
      })
      .catch(function () {});
  }

  function newcomers(files, list) {
    return Array.prototype.filter.call(files.children, function (one) {
      return !list.querySelector("#" + one.id);
    });
  }

  function take(form, files) {
    var list = form.dataset.replaces ? [files[0]] : files;
    Array.prototype.forEach.call(list, function (file) {
      if (file) {
        queue.push(new Item(form, file));
      }
    });
    next();
  }

  function wire(root) {
    root.querySelectorAll("form[data-upload]").forEach(function (form) {
      if (form.dataset.wired) {
        return;
      }
      form.dataset.wired = "1";
      var input = form.querySelector("input[type=file]");
      var hint = document.createElement("span");
      hint.className = "slot-drop";
      hint.textContent = said.drop;
      form.querySelector(".slot-row").append(hint);
      form.querySelector("button[type=submit]").hidden = true;
      input.addEventListener("change", function () {
        take(form, input.files);
        input.value = "";
      });
      form.addEventListener("submit", function (event) {
        event.preventDefault();
      });
      form.addEventListener("dragover", function (event) {
        event.preventDefault();
        form.classList.add("is-over");
      });
      form.addEventListener("dragleave", function () {
        form.classList.remove("is-over");
      });
      form.addEventListener("drop", function (event) {
        event.preventDefault();
        form.classList.remove("is-over");
        take(form, event.dataTransfer.files);
      });
    });
  }

  /* What a file proves: saved after each change in the background, so that no page is loaded anew while
     something is typed beside another file. */
  function describe(form) {
    var state = form.querySelector(".file-state");
    if (form.dataset.busy) {
      form.dataset.again = "1"; // one request at a time: the last word is the last one sent
      return;
    }
    form.dataset.busy = "1";
    delete form.dataset.again;
    tell(state, "", said.saving);
    fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", keepalive: true })
      .then(function (response) {
        return response.ok ? response.text() : "";
      })
      .then(function (text) {
        var item = form.closest(".slot-file");
        var fresh = new DOMParser().parseFromString(text, "text/html").getElementById(item.id);
        if (!fresh) {
          throw new Error("refused, or sent to sign in");
        }
        item.querySelector(".file-proves > summary").replaceWith(fresh.querySelector(".file-proves > summary"));
        tell(state, "kept", said.saved);
      })
      .catch(function () {
        tell(state, "failed", said.unsaved);
      })
      .then(function () {
        delete form.dataset.busy;
        if (form.dataset.again) {
          describe(form);
        }
      });
  }

  function tell(state, kind, text) {
    state.className = "file-state small-text" + (kind ? " is-" + kind : "");
    state.textContent = text;
  }

  function isDescription(event) {
    return event.target.closest("form[data-describe]");
  }

  box.addEventListener("change", function (event) {
    var form = isDescription(event);
    if (form) {
      describe(form);
    }
  });
  box.addEventListener("submit", function (event) {
    var form = isDescription(event);
    if (form) {
      event.preventDefault();
      describe(form);
    }
  });

  wire(box);
})();
