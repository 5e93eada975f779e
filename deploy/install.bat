@echo off
rem A trial on Windows: builds Lalin, runs it in this window and opens the page.
rem   deploy\install.bat                              a simulated router, nothing to configure
rem   deploy\install.bat serve --router admin@HOST    your router; the password is asked for
rem Mencoba di Windows: membangun Lalin, menjalankannya di jendela ini dan membuka halamannya.
setlocal
set "PAGE=http://127.0.0.1:3000"
if "%~1"==":open" goto open

cd /d "%~dp0.."
where cargo >nul 2>nul
if errorlevel 1 (
    echo cargo tidak ada. Pasang Rust dari https://rustup.rs, buka jendela baru, lalu ulangi.
    echo There is no cargo. Install Rust from https://rustup.rs, open a new window and try again.
    pause
    exit /b 1
)

echo Membangun Lalin, beberapa menit... / Building Lalin, some minutes...
cargo build --release --locked --package lalin
if errorlevel 1 (
    echo Gagal membangun. / The build failed.
    pause
    exit /b 1
)

rem Opens the page once the server answers, while the server has this window.
start "" /b "%~f0" :open

echo Ctrl+C menghentikan Lalin. / Ctrl+C stops Lalin.
if "%~1"=="" (
    target\release\lalin.exe demo
) else (
    target\release\lalin.exe %*
)
set "CODE=%errorlevel%"
if not "%CODE%"=="0" pause
exit /b %CODE%

:open
for /l %%i in (1,1,120) do (
    curl -fsS --max-time 2 -o nul %PAGE%/healthz 2>nul && (
        start "" %PAGE%/
        exit
    )
    ping -n 2 127.0.0.1 >nul
)
exit
