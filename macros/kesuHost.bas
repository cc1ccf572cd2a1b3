Option Explicit
' What only Excel on Windows can do. Whatever is missing elsewhere (WPS, LibreOffice, a Mac) is simply not done.

Public Function kesuMayNumber(ByVal book As Object) As Boolean
    ' Not in a copy that somebody else may be writing as well.
    Dim closed As Boolean, together As Boolean
    On Error Resume Next
    closed = book.ReadOnly
    together = book.MultiUserEditing
    If LCase$(Left$(book.FullName, 4)) = "http" Then together = True
    kesuMayNumber = Not closed And Not together
End Function

Public Function kesuPcGet(ByVal book As Object, ByVal key As String) As String
    ' What this PC remembers for a workbook of that name, though it was closed without saving or brought back.
    On Error Resume Next
    kesuPcGet = GetSetting("kesu", book.Name, key, "")
End Function

Public Sub kesuPcKeep(ByVal book As Object, ByVal key As String, ByVal text As String)
    On Error Resume Next
    SaveSetting "kesu", book.Name, key, text
End Sub

Public Sub kesuUndoable(ByVal caption As String, ByVal macro As String)
    On Error Resume Next
    Application.OnUndo caption, macro
End Sub

Public Sub kesuShowMenu(ByVal book As Object)
    ' The buttons again, in the context menu of cells and as keys: for workbooks that have no buttons.
    Dim bar As Variant, item As Object, i As Long, captions() As String, macros() As String, keys() As String
    On Error Resume Next
    kesuHideMenu
    captions = Split("立即检查，打印处理单，转未了事宜，发送", ",")
    macros = Split("kesuCheckNow,kesuPrint,kesuToPending,kesuSend", ",")
    keys = Split("^+j,^+d,^+w,^+m", ",")
    For i = 0 To 3
        Application.OnKey keys(i), "'" & book.Name & "'!" & macros(i)
        For Each bar In Array("Cell", "List Range Popup")
            Set item = Application.CommandBars(bar).Controls.Add(Type:=1, Temporary:=True)
            item.Caption = "客诉：" & captions(i)
            item.OnAction = "'" & book.Name & "'!" & macros(i)
            item.Tag = "kesu"
            item.BeginGroup = (i = 0)
        Next bar
    Next i
End Sub

Public Sub kesuHideMenu()
    Dim bar As Variant, i As Long, key As Variant
    On Error Resume Next
    For Each key In Array("^+j", "^+d", "^+w", "^+m")
        Application.OnKey key
    Next key
    For Each bar In Array("Cell", "List Range Popup")
        For i = Application.CommandBars(bar).Controls.Count To 1 Step -1
            If Application.CommandBars(bar).Controls(i).Tag = "kesu" Then Application.CommandBars(bar).Controls(i).Delete
        Next i
    Next bar
End Sub

Public Sub kesuTell(ByVal text As String)
    MsgBox text, vbInformation, "客诉"
End Sub

Public Function kesuCommand(ByVal folder As String) As String
    ' How to call kesu: beside the workbook, or on the path; nothing when it is not installed.
    Dim runner As Object, beside As String
    On Error Resume Next
    beside = folder & "\.venv\Scripts\kesu.exe"
    If Dir(beside) <> "" Then
        kesuCommand = beside
        Exit Function
    End If
    Set runner = CreateObject("WScript.Shell")
    If runner Is Nothing Then Exit Function
    If runner.Run("cmd /c where kesu", 0, True) = 0 Then
        If Err.Number = 0 Then kesuCommand = "kesu"
    End If
End Function

Public Sub kesuSaveFirst(ByVal book As Object)
    If Not book.Saved And Not book.ReadOnly Then book.Save
End Sub

Public Sub kesuStart(ByVal command As String, ByVal path As String)
    ' In a window of its own that stays, so that what kesu says can be read.
    Shell "cmd.exe /k """"" & command & """ run """ & path & """""", vbNormalFocus
End Sub

Public Sub kesuPrintSheet(ByVal sheet As Object)
    sheet.PrintPreview
End Sub
