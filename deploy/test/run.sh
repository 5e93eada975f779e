#!/usr/bin/env bash
# deploy/install.sh in a scratch root, with stand-ins for what would touch the machine. The stand-in systemctl
# "runs" the installed program by copying it; a stand-in program asked for its status answers if that copy says it is
# healthy. The last tests run the real program: $TESTED_PROGRAM, or what cargo built here.
#
# Long because the stand-ins and everything that is demanded of them stand together.

set -u

here=$(cd "$(dirname "$0")" && pwd)
installer=$here/../install.sh
passed=0
failed=0

# ===== the stand-ins =====
# shellcheck disable=SC2016 # the stand-ins expand their words themselves
setup() {
    scratch=$(mktemp -d)
    root=$scratch/root
    state=$scratch/state
    mkdir -p "$root" "$state" "$scratch/bin"
    export root state

    stand_in systemctl '
        echo "$*" >>"$state/systemctl"
        case "$1" in
            daemon-reload) ! rm "$state/reload-fails" 2>/dev/null ;;
            restart) cp "$root/usr/local/bin/lalin" "$state/running"; cp "$root/etc/systemd/system/lalin.service" "$state/unit"
                ! grep -q "cannot start" "$state/running" ;;
            enable) touch "$state/enabled" ;;
            disable) rm -f "$state/running" "$state/enabled" ;;
            is-active) test -f "$state/running" && ! grep -q "cannot start" "$state/running" ;;
        esac'
    # What the program does when it is asked how its service stands.
    stand_in status '
        echo "$* listen=${LALIN_LISTEN-} password=${LALIN_ROUTER_PASSWORD-}" >>"$state/status"
        if test -f "$state/interrupt"; then rm "$state/interrupt"; kill -TERM "$(cat "$state/installer")"; exit 7; fi
        test -f "$state/elsewhere" || { test -f "$state/running" && grep -q "is healthy" "$state/running"; } || exit 3
        cat "$state/answer" 2>/dev/null || echo "Lalin 1 runs at http://127.0.0.1:3000/ since 1s, 0 viewers"'
    stand_in useradd 'echo "$*" >>"$state/useradd"; touch "$state/user"'
    stand_in userdel 'echo "$*" >>"$state/userdel"; rm -f "$state/user"'
    stand_in getent 'test -f "$state/user"'
    stand_in chown 'echo "$*" >>"$state/chown"'
    stand_in sleep ':'

    program "$scratch/v1" 'version 1 is healthy'
    program "$scratch/v2" 'version 2 is healthy'
    program "$scratch/mute" 'version 3 never answers'
    program "$scratch/dead" 'version 4 cannot start'
    printf 'not a program\n' >"$scratch/broken"
}

stand_in() {
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}

program() {
    # shellcheck disable=SC2016
    printf '#!/bin/sh\n# %s\n%s\necho "lalin of %s"\n' "$2" '[ "$1" != status ] || exec "$state/../bin/status" "$@"' \
        "$(basename "$1")" >"$1"
}

# run WORDS..: the installer's output in $out, its exit code in $code.
# shellcheck disable=SC2016 # the inner shell expands it
run() {
    out=$(
        env -u LC_ALL -u LC_MESSAGES LANG="${lang:-C}" \
            SYSTEMCTL="$scratch/bin/systemctl" USERADD="$scratch/bin/useradd" \
            USERDEL="$scratch/bin/userdel" GETENT="$scratch/bin/getent" CHOWN="$scratch/bin/chown" \
            SLEEP="$scratch/bin/sleep" \
            "$shell" -c 'echo $$ >"$0"; exec "$@"' "$state/installer" "$shell" "$installer" --root "$root" --wait 3 "$@" 2>&1
    )
    code=$?
}

# ===== what is demanded =====

broken=
must() {
    "$@" || { broken=yes && echo "    not so: $*" && echo "    exit $code, said: $out"; }
}
never() {
    if "$@"; then broken=yes && echo "    not to be: $*" && echo "    exit $code, said: $out"; fi
}
same() { cmp -s "$1" "$2"; }
said() { [[ $out == *"$1"* ]]; }
ended() { [ "$code" = "$1" ]; }
mode() { [ "$(stat -c %a "$1")" = "$2" ]; }
times() { [ "$(grep -c -e "$3" "$state/$2")" = "$1" ]; }

bin() { echo "$root/usr/local/bin/lalin"; }
unit() { echo "$root/etc/systemd/system/lalin.service"; }
old() { echo "$root/usr/local/lib/lalin/previous/lalin"; }
config() { echo "$root/etc/lalin/lalin.toml"; }

a_first_install_runs_and_prints_the_address() {
    run --binary "$scratch/v1"
    must ended 0
    must said 'lalin of v1 is running: http://127.0.0.1:3000/'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
    must test -x "$(bin)"
    must test -f "$state/enabled"
    must same "$(unit)" "$here/../lalin.service"
    must same "$(config)" "$here/../../docs/reference/lalin.example.toml"
    must mode "$(config)" 640
    must mode "$root/etc/lalin" 750
    must times 1 chown "^root:lalin .*/etc/lalin .*/lalin.toml$"
    must times 1 useradd '--system .* lalin$'
    never test -e "$(old)"
    must said '1. Open the page: http://127.0.0.1:3000/; only this machine can'
    must said 'ssh -L 3000:127.0.0.1:3000'
    must said 'listen = "0.0.0.0:3000"'
    must said '2. Make the administrator: sudo -u lalin'
    must said '3. Add the router'
}

an_address_that_others_can_open_is_printed() {
    printf 'Lalin 1 runs at https://127.0.0.1:3443/ since 1s\nothers open it at https://192.168.88.10:3443/\n' >"$state/answer"
    run --binary "$scratch/v1"
    must ended 0
    must said '1. Open the page: https://192.168.88.10:3443/ (from the network)'
    never said 'only this machine'
    printf 'Lalin 1 runs at http://192.168.88.10:3000/ since 1s\n' >"$state/answer"
    rm -rf "$root" && mkdir "$root"
    run --lang id --binary "$scratch/v1"
    must said '1. Buka halamannya: http://192.168.88.10:3000/'
    must said '2. Buat administrator'
    printf 'Lalin runs at http://127.0.0.1:3000/\nonly this machine opens it; others would at http://192.168.88.10:3000/\n' >"$state/answer"
    rm -rf "$root" && mkdir "$root"
    run --binary "$scratch/v1"
    must said 'then http://192.168.88.10:3000/'
    # An update is no first install.
    run --binary "$scratch/v2"
    never said 'Make the administrator'
}

a_second_run_changes_nothing() {
    run --binary "$scratch/v1"
    printf 'data-dir = "mine"\n' >"$(config)"
    run --binary "$scratch/v1"
    must ended 0
    must said 'running already (lalin of v1): http://127.0.0.1:3000/'
    must grep -q mine "$(config)"
    must times 1 useradd lalin
    must times 1 systemctl '^restart'
    never test -e "$(old)"
    never test -e "$(bin).new"
}

a_second_run_starts_what_was_stopped() {
    run --binary "$scratch/v1"
    rm "$state/running"
    run --binary "$scratch/v1"
    must ended 0
    must same "$state/running" "$scratch/v1"
}

an_update_keeps_the_old_program() {
    run --binary "$scratch/v1"
    run --binary "$scratch/v2"
    must ended 0
    must said 'lalin of v2 is running'
    must same "$(bin)" "$scratch/v2"
    must same "$state/running" "$scratch/v2"
    must same "$(old)" "$scratch/v1"
}

a_mute_update_is_rolled_back() {
    run --binary "$scratch/v1"
    echo '# the unit of before' >>"$(unit)"
    cp "$(unit)" "$scratch/unit"
    run --binary "$scratch/mute"
    must ended 1
    must said 'rolled back: the new version did not answer'
    must said 'runs again at http://127.0.0.1:3000/'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
    must same "$(unit)" "$scratch/unit"
    must same "$state/unit" "$scratch/unit"
    must test -x "$(bin)"
    run --binary "$scratch/v2"
    must ended 0
}

an_update_that_cannot_start_is_rolled_back() {
    run --binary "$scratch/v1"
    run --binary "$scratch/dead"
    must ended 1
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
}

a_stranger_on_the_port_is_not_taken_for_the_service() {
    run --binary "$scratch/v1"
    touch "$state/elsewhere"
    run --binary "$scratch/dead"
    must ended 1
    must same "$state/running" "$scratch/v1"
}

an_interrupted_update_is_rolled_back() {
    run --binary "$scratch/v1"
    touch "$state/interrupt"
    # Asked for the first time, the status interrupts: the update is then complete but not proven.
    run --binary "$scratch/v2"
    must ended 1
    must said 'it was interrupted'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
}

an_update_that_stumbles_half_way_is_rolled_back() {
    run --binary "$scratch/v1"
    touch "$state/reload-fails"
    run --binary "$scratch/v2"
    must ended 1
    must said 'it stopped half way'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
}

a_roll_back_that_does_not_help_says_so() {
    run --binary "$scratch/v1"
    program "$scratch/v1" 'version 1 answers no more'
    cp "$scratch/v1" "$(bin)"
    run --binary "$scratch/mute"
    must ended 2
    must said 'BUT the version before does not answer either'
    must same "$(bin)" "$scratch/v1"
}

a_program_that_does_not_run_here_changes_nothing() {
    run --binary "$scratch/v1"
    run --binary "$scratch/broken"
    must ended 1
    must said 'Nothing was changed'
    must same "$(bin)" "$scratch/v1"
    must times 1 systemctl '^restart'
    never test -e "$(bin).new"
    run --binary "$scratch/absent"
    must ended 1
    must said 'No such file'
}

a_first_install_that_does_not_answer_says_where_to_look() {
    run --binary "$scratch/mute"
    must ended 2
    must said 'journalctl -u lalin'
    never said 'is running'
}

the_program_is_asked_with_the_configuration_and_the_environment_of_the_service() {
    run --binary "$scratch/v1"
    must times 2 status "^status --config $(config) listen= password=$"
    printf '%s\n' '# LALIN_LISTEN=1' 'LALIN_LISTEN="[::]:9090"' "LALIN_ROUTER_PASSWORD='a b\$(touch x)'" 'PATH=/nowhere' \
        >"$root/etc/lalin/lalin.env"
    run --binary "$scratch/v2"
    must ended 0
    # shellcheck disable=SC2016 # it must not have been expanded
    must times 2 status 'listen=\[::\]:9090 password=a b\$(touch x)$'
}

the_messages_are_indonesian_too() {
    lang=id_ID.UTF-8 run --binary "$scratch/v1"
    must said 'berjalan: http://127.0.0.1:3000/'
    run --lang id --binary "$scratch/mute"
    must ended 1
    must said 'Pembaruan dibatalkan: versi baru tidak menjawab'
}

removing_keeps_configuration_and_data() {
    run --binary "$scratch/v1"
    run --binary "$scratch/v2"
    mkdir -p "$root/var/lib/lalin"
    run --remove
    must ended 0
    for gone in "$(bin)" "$(unit)" "$root/usr/local/lib/lalin" "$state/running" "$state/enabled"; do
        never test -e "$gone"
    done
    must test -f "$(config)"
    must test -d "$root/var/lib/lalin"
    must test -f "$state/user"
    run --remove
    must ended 0
    run --remove --purge
    must ended 0
    never test -e "$root/etc/lalin"
    never test -e "$root/var/lib/lalin"
    never test -e "$state/user"
    run --binary "$scratch/v1"
    must ended 0
}

wrong_words_are_refused_before_anything_happens() {
    for words in '--bnary x' '--binary' '--purge' '--lang fr' '--wait soon'; do
        # shellcheck disable=SC2086 # several words
        run $words
        must ended 64
    done
    never test -e "$root/usr"
    never test -e "$state/systemctl"
    run --help
    must ended 0
    must said 'Usage'
}

the_unit_is_one_that_systemd_understands() {
    must grep -q '^NoNewPrivileges=yes$' "$here/../lalin.service"
    must grep -q '^ProtectSystem=strict$' "$here/../lalin.service"
    command -v systemd-analyze >/dev/null || return 0
    sed -e 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$here/../lalin.service" >"$scratch/lalin.service"
    code=0
    out=$(systemd-analyze verify "$scratch/lalin.service" 2>&1 | grep 'lalin.service:') || true
    must test -z "$out"
}

# wait_for_time: what the unit runs before the program, with a timedatectl that says yes after the fourth question.
wait_for_time() {
    local script
    script=$(sed -n "s|^ExecStartPre=-/bin/sh -c '\(.*\)'$|\1|p" "$here/../lalin.service")
    test -n "$script" || return 1
    # shellcheck disable=SC2016 # the unit writes a dollar twice
    RUNTIME_DIRECTORY=$state PATH="$scratch/bin:/usr/bin:/bin" "$shell" -c "${script//'$$'/'$'}"
}

the_unit_waits_until_the_time_is_synchronised_and_only_once_a_boot() {
    # shellcheck disable=SC2016
    stand_in timedatectl 'echo "$*" >>"$state/asked"; if [ "$(wc -l <"$state/asked")" -gt 3 ]; then echo yes; else echo no; fi'
    must wait_for_time
    must times 4 asked NTPSynchronized
    must wait_for_time
    must times 4 asked NTPSynchronized
}

the_unit_does_not_wait_for_ever_nor_where_nobody_can_say() {
    # shellcheck disable=SC2016
    stand_in timedatectl 'echo asked >>"$state/asked"; echo no'
    must wait_for_time
    must times 30 asked asked
    rm "$state/time-awaited" "$state/asked"
    # shellcheck disable=SC2016
    stand_in timedatectl 'echo asked >>"$state/asked"; exit 1'
    must wait_for_time
    must times 1 asked asked
}

the_script_for_windows_has_the_line_ends_of_windows() {
    must test "$(grep -c '' "$here/../install.bat")" = "$(grep -c $'\r$' "$here/../install.bat")"
}

# ===== the real program =====

# The stand-in systemctl starts it as the unit does, without the sandbox.
start_the_program() {
    # shellcheck disable=SC2016
    stand_in systemctl '
        # As systemd does: stopped is who has ended, and only then is the next one started. A zombie has ended.
        runs() { kill -0 "$1" 2>/dev/null && ! grep -q "^State:.Z" "/proc/$1/status" 2>/dev/null; }
        stop() {
            test -f "$state/pid" || return 0
            pid=$(cat "$state/pid") && rm "$state/pid"
            kill "$pid" 2>/dev/null
            while runs "$pid"; do /bin/sleep 0.1; done
        }
        case "$1" in
            restart) stop
                LALIN_DATA_DIR="$root/var/lib/lalin" "$root/usr/local/bin/lalin" serve --config "$root/etc/lalin/lalin.toml" \
                    >"$state/log" 2>&1 </dev/null &
                echo $! >"$state/pid" ;;
            is-active) test -f "$state/pid" && runs "$(cat "$state/pid")" ;;
            stop) stop ;;
        esac'
    # These wait for a real start; it is time that passes and not a test that is timed.
    stand_in sleep 'exec /bin/sleep "$@"'
    port=$((20000 + RANDOM % 10000))
    mkdir -p "$root/etc/lalin" "$root/var/lib/lalin"
}

real_a_tls_server_is_found_alive_by_install_and_update() {
    start_the_program
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lalin.example \
        -keyout "$root/etc/lalin/key.pem" -out "$root/etc/lalin/chain.pem" 2>/dev/null
    printf '[server]\nlisten = "0.0.0.0:%s"\ntls-certificate = "%s"\ntls-key = "%s"\n' "$port" \
        "$root/etc/lalin/chain.pem" "$root/etc/lalin/key.pem" >"$(config)"
    run --binary "$real" --wait 60
    must ended 0
    must said "is running: https://127.0.0.1:$port/"
    # An account hides how the routers stand, and nothing of whether it runs.
    echo 'kata sandi panjang' | "$real" user add sari --data-dir "$root/var/lib/lalin" >/dev/null
    # Another version: the same program with something at its end.
    cp "$real" "$scratch/next" && echo >>"$scratch/next"
    run --binary "$scratch/next" --wait 60
    must ended 0
    must said "is running: https://127.0.0.1:$port/"
    never said 'rolled back'
    must same "$(bin)" "$scratch/next"
    # What cannot start is not waited for; the version before may take its time, as on a slow machine.
    # shellcheck disable=SC2016
    stand_in sleep 'grep -q "version 4 cannot start" "$root/usr/local/bin/lalin" || exec /bin/sleep "$@"'
    run --binary "$scratch/dead" --wait 60
    must ended 1
    must said "runs again at https://127.0.0.1:$port/"
    "$scratch/bin/systemctl" stop
}

# ===== all of them, under both shells =====

real=${TESTED_PROGRAM:-$here/../../target/debug/lalin}

for shell in sh bash; do
    for name in $(declare -F | sed -n 's/^declare -f //p' | grep -E '^(a|an|the|removing|wrong|real)_'); do
        broken=
        code=
        out=
        if [[ $name == real_* ]] && ! [ -x "$real" ]; then
            echo "NOT TESTED: $name: there is no program at $real (cargo build -p lalin, or TESTED_PROGRAM)"
            [ "${CI:-}" != true ] || failed=$((failed + 1))
            continue
        fi
        setup
        "$name"
        rm -rf "$scratch"
        if [ -z "$broken" ]; then
            passed=$((passed + 1))
            echo "test $shell $name ... ok"
        else
            failed=$((failed + 1))
            echo "test $shell $name ... FAILED"
        fi
    done
done

[ "$failed" = 0 ] && verdict=ok || verdict=FAILED
echo "test result: $verdict. $passed passed; $failed failed"
[ "$failed" = 0 ]
